// Command waymark is the whole of Waymark: the server and the tools of the one
// who runs it. `waymark --help` lists the commands.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/waymark-crm/waymark/internal/config"
	"github.com/waymark-crm/waymark/internal/fault"
)

// version is set by the linker for a release.
var version = ""

// commands are the verbs, a file each. A command's Run method may take a
// context.Context, which ends with Ctrl-C or SIGTERM, and an *Env.
type commands struct {
	config.Config

	Serve   ServeCmd   `cmd:"" help:"Serve the application; runs a private database unless DATABASE_URL is set."`
	Migrate MigrateCmd `cmd:"" help:"Show or apply the steps of the database's schema."`
	Extract ExtractCmd `cmd:"" help:"Load an OpenStreetMap extract, or show what is loaded."`
	Import  ImportCmd  `cmd:"" help:"Take accounts over from a CSV or XLSX file."`
	Demo    DemoCmd    `cmd:"" help:"Make a company to look at, on top of the extract that is loaded."`
	Plan    PlanCmd    `cmd:"" help:"Plan the routes of a file, without a database."`
	Roads   RoadsCmd   `cmd:"" help:"Build road networks and ask them, without a database."`
	User    UserCmd    `cmd:"" help:"Show and add organisations and users, reset passwords."`
	Openapi OpenapiCmd `cmd:"" help:"Write the OpenAPI document of the server."`
	Health  HealthCmd  `cmd:"" help:"Ask the server on this machine whether it is ready."`
	Backup  BackupCmd  `cmd:"" help:"Save the private database to a file, or restore it."`
	Version VersionCmd `cmd:"" help:"Show the version."`
}

// Env is what a command works with.
type Env struct {
	Config *config.Config
	Log    *slog.Logger
	Out    io.Writer // what was asked for
	Err    io.Writer // what else there is to say
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is main for tests: it returns the exit code, 2 for a command line or a
// configuration that is wrong and 1 for everything else that fails.
func run(ctx context.Context, args []string, out, errOut io.Writer) int {
	var cli commands
	const ended = -1
	exit := ended
	parser, err := kong.New(&cli,
		kong.Name("waymark"),
		kong.Description("A self-hosted geographic CRM: customers on a map, figures by region, visit routes on real roads."),
		kong.Writers(out, errOut),
		kong.Exit(func(code int) { exit = code }),
		kong.Resolvers(kong.ResolverFunc(secretFiles)),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, FlagsLast: true}),
		kong.BindTo(ctx, (*context.Context)(nil)),
	)
	if err != nil {
		fmt.Fprintln(errOut, "waymark:", err)
		return 2
	}
	command, err := parser.Parse(args)
	if exit != ended { // --help has been answered
		return exit
	}
	if err == nil {
		err = cli.Complete()
	}
	if err != nil {
		fmt.Fprintln(errOut, "waymark:", err)
		return 2
	}
	env := &Env{Config: &cli.Config, Log: cli.Logger(errOut), Out: out, Err: errOut}
	if err := command.Run(env); err != nil {
		report(env, err)
		return 1
	}
	return 0
}

// report says what went wrong: for a fault the text for people, and with the log
// at debug level, or for any other error, all that is known.
func report(env *Env, err error) {
	if errors.Is(err, context.Canceled) {
		fmt.Fprintln(env.Err, "waymark: interrupted")
		return
	}
	if fault.Of(err) == nil {
		fmt.Fprintln(env.Err, "waymark:", err)
		return
	}
	fmt.Fprintln(env.Err, "waymark:", fault.Message(err))
	if cause := errors.Unwrap(fault.Of(err)); cause != nil {
		fmt.Fprintln(env.Err, "  because:", cause)
	}
}

// secretFiles gives flags the text of NAME_FILE.
func secretFiles(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	for _, name := range flag.Envs {
		if !slices.Contains(config.Secrets, name) {
			continue
		}
		if secret, err := config.SecretFile(name); secret != "" || err != nil {
			return secret, err
		}
	}
	return nil, nil
}

// VersionCmd shows what was built.
type VersionCmd struct{}

// Run writes the version, the commit and the time of the commit.
func (VersionCmd) Run(env *Env) error {
	_, err := fmt.Fprintln(env.Out, "waymark", versionText())
	return err
}

func versionText() string {
	text := version
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return max(text, "unknown")
	}
	if text == "" {
		text = info.Main.Version
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.time" {
			text += " " + s.Value
		}
	}
	return text
}
