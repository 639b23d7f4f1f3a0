// Command bench measures how quickly maps, lists and searches answer at size. It
// runs a server as a process of its own on a data folder that holds the demo
// (waymark demo --accounts 1000000), signs in and asks it over HTTP, with several
// clients at once:
//
//	go run ./internal/accounts/bench -server bin/waymark -data FOLDER
//
// Tiles are compared, zoom by zoom and in turns, with a plain handler over the
// same rows of the same database: one ST_AsMVT statement, with an index made for
// it and without row-level security. Neither keeps tiles. Meanwhile an account is
// changed twice a second, so that nothing is remembered for long.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"
)

func main() {
	server := flag.String("server", "bin/waymark", "the program to run")
	data := flag.String("data", "", "its data folder, with the demo in it")
	clients := flag.Int("clients", 8, "how many ask at once")
	span := flag.Duration("for", 6*time.Second, "how long each figure is measured")
	only := flag.String("only", "", "tiles or answers; empty for both")
	line := flag.String("line", "", "only the rows of the tables whose name contains this, such as \"zoom 12\"")
	slow := flag.Int("slow", 0, "print so many of the slowest questions of each line of the answers")
	flag.Parse()
	if *data == "" || flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *server, *data, *clients, *span, *only, *line, *slow); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, program, data string, clients int, span time.Duration, only, line string, slow int) (err error) {
	s, err := start(ctx, program, data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.stop(), os.Remove(s.log.Name())) }()
	rival, err := newRival(ctx, s, only != "answers")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rival.close()) }()
	fmt.Printf("%d accounts, %d sites; %d clients, %s a figure; load of the machine before: %s\n",
		rival.accounts, rival.sites, clients, span, load())
	b := bench{server: s, rival: rival, clients: clients, span: span, line: line, slow: slow, out: tabwriter.NewWriter(os.Stdout, 0, 4, 2, ' ', tabwriter.AlignRight)}
	defer func() {
		fmt.Printf("load of the machine after: %s\n", load())
	}()
	if only == "" || only == "tiles" {
		if err := b.tiles(ctx); err != nil {
			return err
		}
	}
	if only == "" || only == "answers" {
		return b.answers(ctx)
	}
	return nil
}

// load is how many processes wanted a processor in the last minute, five and
// fifteen; nothing where the system does not say.
func load() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "not known here"
	}
	return strings.Join(strings.Fields(string(text))[:3], " ")
}
