// Command parley-bench measures Parley and breaks it: it builds the real program, starts it with a database of its own,
// and talks to it as browsers and agents do, by the widget's protocol, the event stream and REST.
//
//	path      how fast a customer's words come, durably, to the agents (P1, P3), beside the writer without sockets
//	idle      how much memory a socket takes over which nothing passes (P4)
//	fanout    what an event costs the program that a thousand agents are shown (P5)
//	cluster   how soon and how much goes through two nodes, beside one (P8)
//	storm     how soon ten thousand visitors are back after a restart, and what those notice who write then (P10)
//	start     how soon the program serves, in how much memory, and how large it is (P9)
//	outbox    how long messages are on their way to a channel where one destination is dead and one throttled (P11)
//	route     what it costs to give what waits to who has room, with a thousand agents and ten thousand waiting (P7)
//	inbox     how long lists, sessions and searches take in a house of very many sessions, and that no plan goes through all (P6)
//	account   how long it takes to find an account among very many that Parley keeps
//	crash     kills the program under load again and again, while sessions are given, handed off and ended by themselves, and compares what
//	          everybody has seen with what is stored; or restarts two nodes by turns
//	soak      lets customers and agents talk over all networks while everything fails now and then, and compares what each sees
//	compare   sets two runs written with --json beside each other
//
// A speed is judged by its ratio to a control in the same run, by turns, and not at all when the control is unsteady. What
// is printed as missed does not fail a run: a lost, doubled or disordered message does, a plan that goes through all of a table, and a
// run of crash or soak that met too little of what it looks for.
//
// PostgreSQL is used where --postgres or PARLEY_TEST_POSTGRES names a server; the databases made there are dropped again.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"
)

type commands struct {
	Path    pathCommand    `cmd:"" help:"Measure the way of a message from the widget to the agents' screens (P1, P3)."`
	Idle    idleCommand    `cmd:"" help:"Measure the memory of sockets of visitors and agents over which nothing passes (P4)."`
	Fanout  fanoutCommand  `cmd:"" help:"Measure the processor time of an event that is shown to many agents (P5)."`
	Cluster clusterCommand `cmd:"" help:"Measure two nodes on one PostgreSQL and Redis, beside one (P8)."`
	Storm   stormCommand   `cmd:"" help:"Restart the program under ten thousand visitors, and measure how soon all are back (P10)."`
	Start   startCommand   `cmd:"" help:"Measure a cold start, its memory and the binary (P9)."`
	Outbox  outboxCommand  `cmd:"" help:"Measure how soon channels have what is sent, beside a dead and a throttled destination (P11)."`
	Route   routeCommand   `cmd:"" help:"Measure what a decision of distribution costs, and that who is freed has the next at once (P7)."`
	Inbox   inboxCommand   `cmd:"" help:"Measure the lists, sessions and searches of the workspace, and look at the plans of their statements (P6)."`
	Account accountCommand `cmd:"" help:"Measure how soon an account is found among very many that Parley keeps."`
	Crash   crashCommand   `cmd:"" help:"Kill the program under load and look for lost, doubled and disordered messages."`
	Soak    soakCommand    `cmd:"" help:"Let everybody talk over faulty networks for a while, and compare what each sees, message by message."`
	Compare compareCommand `cmd:"" help:"Compare the figures of two runs written with --json."`
}

func main() {
	signal.Ignore(syscall.SIGPIPE) // who reads no further still has the program stopped and the databases dropped
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "parley-bench:", err)
		stop()
		os.Exit(1) //nolint:gocritic // stop has been called
	}
}

func run(ctx context.Context, args []string) error {
	var c commands
	parser, err := kong.New(&c, kong.Name("parley-bench"), kong.Description("Load, comparison and fault harness of Parley."),
		kong.UsageOnError(), kong.BindTo(ctx, (*context.Context)(nil)))
	if err != nil {
		return err
	}
	chosen, err := parser.Parse(doubled(args))
	if err != nil {
		return err
	}
	return chosen.Run()
}

// doubled lets flags be written with one dash too.
func doubled(args []string) []string {
	all := make([]string, len(args))
	for i, a := range args {
		if len(a) > 2 && a[0] == '-' && a[1] != '-' && strings.Trim(a[:2], "-0123456789") != "" {
			a = "-" + a
		}
		all[i] = a
	}
	return all
}
