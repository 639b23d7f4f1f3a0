// Package config is everything that can be set, in one struct. Each field is a
// flag and an environment variable; the flag wins. `waymark serve --help` lists
// them with their meaning.
//
// A variable that holds a secret can be given as a file instead, as container
// platforms do it: DATABASE_URL_FILE names a file whose text is DATABASE_URL.
package config

import (
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/waymark-crm/waymark/internal/fault"
)

// Config is the configuration of every command. The tags are kong's.
type Config struct {
	Data string `env:"WAYMARK_DATA" placeholder:"FOLDER" help:"Folder for the private database, the tiles and the roads. Default: /var/lib/waymark for root, else ~/.local/share/waymark." group:"Storage"`

	DatabaseURL      string `env:"DATABASE_URL" placeholder:"URL" help:"PostgreSQL server with PostGIS, as postgres://user:password@host/database. Without it, waymark runs a private one in the data folder. With PgBouncer in transaction mode, add default_query_exec_mode=cache_describe, and give DATABASE_OWNER_URL a direct one." group:"Storage"`
	DatabaseOwnerURL string `env:"DATABASE_OWNER_URL" placeholder:"URL" help:"Login that owns the schema, when DATABASE_URL's does not. It must not lead through a transaction pooler." group:"Storage"`
	DatabaseConns    int32  `env:"WAYMARK_DATABASE_CONNS" default:"0" help:"Most connections to the database; 0 means four a processor, at least eight." group:"Storage"`

	LogLevel  slog.Level `env:"WAYMARK_LOG_LEVEL" default:"info" help:"How much to log: debug, info, warn or error." group:"Log"`
	LogFormat string     `env:"WAYMARK_LOG_FORMAT" default:"text" enum:"text,json" help:"Log lines as text or json." group:"Log"`

	Server Server `embed:""`
}

// Server is what only `waymark serve` looks at.
type Server struct {
	Addr            string        `env:"WAYMARK_ADDR" default:":8080" help:"Address and port to listen on." group:"Server"`
	PublicURL       string        `env:"WAYMARK_PUBLIC_URL" placeholder:"URL" help:"Where browsers find the server, such as https://crm.example.com. With https, cookies are Secure." group:"Server"`
	TrustedProxies  []string      `env:"WAYMARK_TRUSTED_PROXIES" placeholder:"CIDR" help:"Proxies whose X-Forwarded-For is believed: addresses or networks." group:"Server"`
	Metrics         bool          `env:"WAYMARK_METRICS" help:"Serve /metrics for Prometheus, to everyone who reaches the port." group:"Server"`
	SessionLifetime time.Duration `env:"WAYMARK_SESSION_LIFETIME" default:"336h" help:"How long a sign-in lasts without being used." group:"Server"`
	RequestTimeout  time.Duration `env:"WAYMARK_REQUEST_TIMEOUT" default:"30s" help:"How long one request may take." group:"Server"`
	StopTimeout     time.Duration `env:"WAYMARK_STOP_TIMEOUT" default:"20s" help:"How long requests and jobs under way may take to end when the server stops." group:"Server"`
	RateLimit       int           `env:"WAYMARK_RATE_LIMIT" default:"1200" help:"Most requests of one person or API key in a minute." group:"Server"`
	TileCache       int           `env:"WAYMARK_TILE_CACHE" default:"64" help:"Megabytes of memory for tiles that were made; 0 makes each tile anew." group:"Server"`
	WebhooksPrivate bool          `env:"WAYMARK_WEBHOOKS_PRIVATE" help:"Let webhooks lead to loopback and private networks." group:"Server"`
	Workers         int           `env:"WAYMARK_WORKERS" default:"0" help:"Jobs that run at once, such as plannings; 0 means one a processor." group:"Server"`
	PlanBudget      time.Duration `env:"WAYMARK_PLAN_BUDGET" default:"500ms" help:"How long the search for one day's route takes." group:"Server"`
	Geocoder        string        `env:"WAYMARK_GEOCODER" default:"" enum:",nominatim,photon" help:"Kind of the server that is asked for addresses which the extract does not hold: nominatim or photon. Addresses then leave this machine." group:"Server"`
	GeocoderURL     string        `env:"WAYMARK_GEOCODER_URL" placeholder:"URL" help:"Where that server is, such as https://photon.example.com." group:"Server"`
}

// Secrets are the variables that can be given as files.
var Secrets = []string{"DATABASE_URL", "DATABASE_OWNER_URL"}

// SecretFile returns the text of the file that NAME_FILE names, for a variable of
// [Secrets]; "" when there is no such variable. It is a fault to set both.
func SecretFile(name string) (string, error) {
	path := os.Getenv(name + "_FILE")
	if path == "" {
		return "", nil
	}
	if os.Getenv(name) != "" {
		return "", fault.Errorf(fault.Invalid, "Both %s and %s_FILE are set. Keep one of them.", name, name)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return "", fault.Errorf(fault.Invalid, "%s_FILE cannot be read: %w.", name, err)
	}
	secret := strings.TrimRight(string(text), "\r\n")
	if secret == "" {
		return "", fault.Errorf(fault.Invalid, "The file %s, which %s_FILE names, is empty.", path, name)
	}
	return secret, nil
}

// Complete fills in what depends on the machine and checks what was set. Call it
// once, before anything is read.
func (c *Config) Complete() error {
	if c.Data == "" {
		folder, err := defaultData()
		if err != nil {
			return err
		}
		c.Data = folder
	}
	folder, err := filepath.Abs(c.Data)
	if err != nil {
		return fault.Errorf(fault.Invalid, "The data folder %q cannot be used: %w.", c.Data, err)
	}
	c.Data = folder
	if c.DatabaseURL == "" && c.DatabaseOwnerURL != "" {
		return fault.New(fault.Invalid, "DATABASE_OWNER_URL is set without DATABASE_URL. Set both, or none for a private database.")
	}
	if c.Server.RateLimit < 0 {
		return fault.New(fault.Invalid, "WAYMARK_RATE_LIMIT must not be negative.")
	}
	if c.Server.TileCache < 0 || c.Server.TileCache > 1<<20 {
		return fault.New(fault.Invalid, "WAYMARK_TILE_CACHE is a number of megabytes, 0 for no cache.")
	}
	if c.DatabaseConns < 0 || c.Server.Workers < 0 {
		return fault.New(fault.Invalid, "WAYMARK_DATABASE_CONNS and WAYMARK_WORKERS must not be negative.")
	}
	for name, d := range map[string]time.Duration{
		"WAYMARK_SESSION_LIFETIME": c.Server.SessionLifetime, "WAYMARK_REQUEST_TIMEOUT": c.Server.RequestTimeout,
		"WAYMARK_STOP_TIMEOUT": c.Server.StopTimeout, "WAYMARK_PLAN_BUDGET": c.Server.PlanBudget,
	} {
		if d <= 0 {
			return fault.Errorf(fault.Invalid, "%s must be longer than nothing, such as 30s.", name)
		}
	}
	if c.Server.PublicURL != "" {
		u, err := url.Parse(c.Server.PublicURL)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
			return fault.Errorf(fault.Invalid, "WAYMARK_PUBLIC_URL is %q; it has to look like https://crm.example.com.", c.Server.PublicURL)
		}
	}
	for _, proxy := range c.Server.TrustedProxies {
		if _, err := netip.ParsePrefix(proxy); err == nil {
			continue
		}
		if _, err := netip.ParseAddr(proxy); err != nil {
			return fault.Errorf(fault.Invalid, "WAYMARK_TRUSTED_PROXIES has %q; write addresses such as 10.0.0.7 or networks such as 10.0.0.0/8.", proxy)
		}
	}
	return nil
}

func defaultData() (string, error) {
	if os.Geteuid() == 0 {
		return "/var/lib/waymark", nil
	}
	if home := os.Getenv("XDG_DATA_HOME"); filepath.IsAbs(home) {
		return filepath.Join(home, "waymark"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fault.New(fault.Invalid, "This user has no home folder. Set WAYMARK_DATA to the folder for the data.")
	}
	return filepath.Join(home, ".local", "share", "waymark"), nil
}

// PostgresDir is the folder of the private database.
func (c *Config) PostgresDir() string { return filepath.Join(c.Data, "postgres") }

// Logger returns the log that the configuration asks for.
func (c *Config) Logger(w io.Writer) *slog.Logger {
	options := &slog.HandlerOptions{Level: c.LogLevel}
	if c.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}

// String leaves passwords out, so that a configuration can be logged.
func (c *Config) String() string {
	where := "private"
	if c.DatabaseURL != "" {
		where = "given"
		if u, err := url.Parse(c.DatabaseURL); err == nil && u.Scheme != "" {
			where = u.Redacted()
		}
	}
	return fmt.Sprintf("data=%s database=%s addr=%s", c.Data, where, c.Server.Addr)
}
