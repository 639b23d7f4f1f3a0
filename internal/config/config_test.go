package config_test

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/internal/config"
	"github.com/waymark-crm/waymark/internal/fault"
)

// good is what kong makes of an empty environment.
func good() config.Config {
	return config.Config{Data: "/srv/waymark", LogFormat: "text", Server: config.Server{
		Addr: ":8080", SessionLifetime: time.Hour, RequestTimeout: time.Second, StopTimeout: time.Second, PlanBudget: time.Second,
	}}
}

func TestTheDefaultsAreComplete(t *testing.T) {
	t.Parallel()
	c := good()
	require.NoError(t, c.Complete())
	require.Equal(t, "/srv/waymark/postgres", c.PostgresDir())
}

func TestARelativeDataFolderIsMadeAbsolute(t *testing.T) {
	t.Parallel()
	c := good()
	c.Data = "data"
	require.NoError(t, c.Complete())
	here, err := os.Getwd()
	require.NoError(t, err)
	require.Equal(t, filepath.Join(here, "data"), c.Data)
}

func TestWhatIsWrongIsNamedByItsVariable(t *testing.T) {
	t.Parallel()
	for variable, spoil := range map[string]func(*config.Config){
		"DATABASE_OWNER_URL":       func(c *config.Config) { c.DatabaseOwnerURL = "postgres://x" },
		"WAYMARK_DATABASE_CONNS":   func(c *config.Config) { c.DatabaseConns = -1 },
		"WAYMARK_PUBLIC_URL":       func(c *config.Config) { c.Server.PublicURL = "crm.example.com" },
		"WAYMARK_TRUSTED_PROXIES":  func(c *config.Config) { c.Server.TrustedProxies = []string{"10.0.0.0/8", "10.0.0.256"} },
		"WAYMARK_SESSION_LIFETIME": func(c *config.Config) { c.Server.SessionLifetime = 0 },
		"WAYMARK_STOP_TIMEOUT":     func(c *config.Config) { c.Server.StopTimeout = -time.Second },
	} {
		c := good()
		spoil(&c)
		err := c.Complete()
		require.Equal(t, fault.Invalid, fault.CodeOf(err), variable)
		require.Contains(t, fault.Message(err), variable)
	}
}

func TestASecretIsReadFromAFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "url")
	require.NoError(t, os.WriteFile(path, []byte("postgres://a:b@c/d\n"), 0o600))
	t.Setenv("DATABASE_URL", "")
	t.Setenv("DATABASE_URL_FILE", path)
	secret, err := config.SecretFile("DATABASE_URL")
	require.NoError(t, err)
	require.Equal(t, "postgres://a:b@c/d", secret)

	t.Setenv("DATABASE_URL", "postgres://other")
	_, err = config.SecretFile("DATABASE_URL")
	require.Equal(t, fault.Invalid, fault.CodeOf(err), "which of the two?")

	t.Setenv("DATABASE_URL", "")
	t.Setenv("DATABASE_URL_FILE", path+".missing")
	_, err = config.SecretFile("DATABASE_URL")
	require.ErrorContains(t, err, "DATABASE_URL_FILE")

	require.NoError(t, os.WriteFile(path, []byte("\n"), 0o600))
	t.Setenv("DATABASE_URL_FILE", path)
	_, err = config.SecretFile("DATABASE_URL")
	require.ErrorContains(t, err, "empty")
}

func TestThePasswordOfTheDatabaseIsNotLogged(t *testing.T) {
	t.Parallel()
	c := good()
	for _, url := range []string{"postgres://waymark:hunter2@db/waymark", "host=db password=hunter2 dbname=waymark"} {
		c.DatabaseURL = url
		require.NotContains(t, c.String(), "hunter2")
	}
}

func TestTheLogIsTextOrJson(t *testing.T) {
	t.Parallel()
	c := good()
	var out bytes.Buffer
	c.Logger(&out).Info("hello", "n", 1)
	require.Contains(t, out.String(), "msg=hello n=1")
	out.Reset()
	c.LogFormat = "json"
	c.Logger(&out).Info("hello", "n", 1)
	require.True(t, strings.HasPrefix(out.String(), "{"))
	out.Reset()
	c.Logger(&out).Debug("quiet")
	require.Empty(t, out.String())
}

func TestEverySettingHasAVariableAndAMeaning(t *testing.T) {
	t.Parallel()
	var walk func(reflect.Type)
	walk = func(of reflect.Type) {
		for i := range of.NumField() {
			field := of.Field(i)
			if _, embedded := field.Tag.Lookup("embed"); embedded {
				walk(field.Type)
				continue
			}
			require.NotEmpty(t, field.Tag.Get("env"), field.Name)
			require.NotEmpty(t, field.Tag.Get("help"), field.Name)
		}
	}
	walk(reflect.TypeFor[config.Config]())
}
