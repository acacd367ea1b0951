// Command parley is all of Parley in one program: the server, and the subcommands that look after its database, also
// while the server runs.
//
// main.go says what came of a command, config.go reads the settings, wire.go puts the parts together, run.go starts and
// stops them. Each subcommand has a file of its own.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	_ "time/tzdata" // departments have time zones, and the machine may know none

	"github.com/alecthomas/kong"

	"parley/core"
)

// version is the program's, set by the linker.
var version = "dev"

// What the process tells its caller.
const (
	exitDone   = 0
	exitFailed = 1 // it could not be done, or the doctor found something
	exitUsage  = 2 // a setting, flag or argument cannot be accepted
)

type cli struct {
	Settings flags `embed:"" group:"settings"`

	Serve      serveCommand      `cmd:"" help:"Serve Parley until a signal stops it."`
	Demo       demoCommand       `cmd:"" help:"Serve a demo, with a shop, agents and sample sessions, on this machine only."`
	Migrate    migrateCommand    `cmd:"" help:"Bring the tables up to this program, or a step back."`
	Agent      agentCommand      `cmd:"" help:"The people who answer."`
	Group      groupCommand      `cmd:"" help:"Groups of agents, and what they may."`
	Department departmentCommand `cmd:"" help:"The units of work."`
	Channel    channelCommand    `cmd:"" help:"Where customers write."`
	Surface    surfaceCommand    `cmd:"" help:"Rooms in channels where agents work."`
	Key        keyCommand        `cmd:"" help:"API keys."`
	Search     searchCommand     `cmd:"" help:"The index of what was said."`
	Doctor     doctorCommand     `cmd:"" help:"Recount what is kept, and say what differs."`
	Backup     backupCommand     `cmd:"" help:"Write everything into one archive, while the server runs."`
	Restore    restoreCommand    `cmd:"" help:"Fill an empty database from an archive."`
	Openapi    openapiCommand    `cmd:"" help:"Print the description of the API."`
	Version    versionCommand    `cmd:"" help:"Print the program's version."`
}

func main() { os.Exit(perform(os.Args[1:], os.Stdout, os.Stderr)) }

// perform does one command and gives the exit status. What goes wrong is one line on stderr.
func perform(args []string, stdout, stderr io.Writer) int {
	var c cli
	parser, err := kong.New(&c,
		kong.Name("parley"),
		kong.Description("Parley is a messenger hub: customers write from your site, your people answer. "+
			"Settings come from flags, from the environment or from a TOML file, in that order."),
		kong.Writers(stdout, stderr),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, FlagsLast: true}),
		kong.ExplicitGroups([]kong.Group{{Key: "settings", Title: "Settings (each also as a variable of the environment):"}}),
	)
	if err != nil { // the commands themselves are described wrongly
		panic(err)
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	p := &program{flags: &c.Settings, stdout: stdout, stderr: stderr}
	command, err := parser.Parse(args)
	if err == nil {
		err = command.Run(p)
	}
	line, status := p.explain(err)
	if line != "" {
		fmt.Fprintln(stderr, "parley: "+strings.Join(strings.Fields(line), " "))
	}
	return status
}

// program is what every command has at hand.
type program struct {
	flags          *flags
	stdout, stderr io.Writer
	from           map[string]string // by setting: where its value came from
}

// badInput is a setting, flag or argument that cannot be accepted.
type badInput struct{ where, reason string }

func (e *badInput) Error() string { return e.where + ": " + e.reason }

// errFindings ends a command that has said on stdout what is wrong.
var errFindings = errors.New("findings")

// explain gives the one line that says what went wrong, and the exit status.
func (p *program) explain(err error) (line string, status int) {
	if err == nil {
		return "", exitDone
	}
	if errors.Is(err, errFindings) {
		return "", exitFailed
	}
	if _, ok := errors.AsType[*badInput](err); ok {
		return err.Error(), exitUsage
	}
	if _, ok := errors.AsType[*kong.ParseError](err); ok {
		return err.Error(), exitUsage
	}
	e, ok := errors.AsType[*core.Error](err)
	switch {
	case ok && e.Kind == core.Invalid && e.Field != "":
		return p.nameOf(e.Field) + ": " + reasonOf(e), exitUsage
	case ok && e.Kind == core.Unavailable && e.Reason == "":
		return fmt.Sprintf("the database does not answer: %v", e.Err), exitFailed
	case ok && e.Reason != "":
		return e.Reason, exitFailed
	}
	return err.Error(), exitFailed
}

// flagOf are fields whose flag is called otherwise.
var flagOf = map[string]string{
	"password": "--password-file", "origins": "--origin", "help_channels": "--help-channel",
	keyToken: "--token-file", keyBot: "--bot-token-file", keyApp: "--app-token-file", keySigning: "--signing-secret-file",
}

// nameOf gives a field of the core the name under which it was given to this program.
func (p *program) nameOf(field string) string {
	if from, ok := p.from[field]; ok {
		return from
	}
	if flag, ok := flagOf[field]; ok {
		return flag
	}
	return "--" + strings.ReplaceAll(field, "_", "-")
}

func reasonOf(e *core.Error) string {
	if e.Reason == "" {
		return "cannot be accepted"
	}
	return e.Reason
}

type versionCommand struct{}

func (versionCommand) Run(p *program) error {
	fmt.Fprintln(p.stdout, "parley "+version)
	return nil
}
