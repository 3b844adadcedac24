// Melusine lets network correspondents and users of a university change mail
// addresses on Partage, under rules, with approval, proof and history.
package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	_ "time/tzdata" // a machine may have no time zones of its own

	"github.com/alecthomas/kong"
)

// cli is the command line. Each command's Run is in a file of its name.
type cli struct {
	Demo        demoCommand        `cmd:"" help:"Try it all on an invented university: portal and chat on http://127.0.0.1:8080."`
	Serve       serveCommand       `cmd:"" help:"Run, as a configuration file says."`
	CheckConfig checkCommand       `cmd:"" help:"Report every fault of a configuration file."`
	History     historyCommand     `cmd:"" help:"Export, verify, show or erase the history."`
	Backup      backupCommand      `cmd:"" help:"Copy the journal beside the server that has it, and verify the copy."`
	Restore     restoreCommand     `cmd:"" help:"Put a backup back where no journal is."`
	Ask         askCommand         `cmd:"" help:"Ask a Mélusine for an action, by its API."`
	Show        showCommand        `cmd:"" help:"Show a request or an account, by the API; or what waits for you."`
	Approve     approveCommand     `cmd:"" help:"Approve or refuse a request, by the API."`
	Nudge       nudgeCommand       `cmd:"" help:"Have those reminded who may decide on a request of yours, by the API: once a working day."`
	Status      statusCommand      `cmd:"" help:"Print what the running server says of itself: dependencies, sources and their age."`
	Compare     compareCommand     `cmd:"" help:"Compare what the server keeps of Partage with Partage: by count of each domain, and by sample."`
	Act         actCommand         `cmd:"" help:"On the server itself: ask for one action as the chat would, or --dry-run: tell what it would do and each call that would be sent."`
	Import      importCommand      `cmd:"" help:"Ask for many actions at once, from a CSV; without --yes, only tell what would come of each line."`
	Purge       purgeCommand       `cmd:"" help:"Destroy for good an account deleted more than 30 days ago: tell the loss, and with --yes ask two other administrators."`
	Requests    requestsCommand    `cmd:"" help:"List requests, beside the server or without it."`
	Delegations delegationsCommand `cmd:"" help:"List or import the rights of correspondents; list the domains that have too few."`
	Tokens      tokensCommand      `cmd:"" help:"List the access tokens that stand, or take back those of somebody."`
	Drift       driftCommand       `cmd:"" help:"Tell what differs between the directory and Partage, plan its repair, and ask for it."`
	Figures     figuresCommand     `cmd:"" help:"Print the figures of the house, each with its source and its time."`
	Addresses   addressesCommand   `cmd:"" help:"List, show, export or import what the register knows of addresses."`
	Unknown     unknownCommand     `cmd:"" help:"Tell of each request in doubt or failed: what is known, what to do."`
	Simulator   simulatorCommand   `cmd:"" help:"Run a simulated Partage."`
	Freeze      freezeCommand      `cmd:"" help:"Stop at once everything that is sent to Partage, from this machine and then from all."`
	Rules       rulesCommand       `cmd:"" help:"Check a rule book, test it, and ask it questions."`
	Bot         botCommand         `cmd:"" help:"Set up the Mattermost bot."`
	Parse       parseCommand       `cmd:"" help:"Tell what sentences of French and English ask for: one a line on the standard input."`
	Partage     partageCommand     `cmd:"" help:"Call a method of Partage: melusine partage GetAccount name=jeanne@univ-test.fr."`
	Completion  completionCommand  `cmd:"" help:"Print the completion script of a shell."`
	Version     versionCommand     `cmd:"" help:"Print the version."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends a stop that takes too long
	parser := kong.Must(&cli{}, kong.Name("melusine"), kong.Description("Mail addresses of a university, changed by those who know, safely."),
		kong.UsageOnError(), kong.BindTo(ctx, (*context.Context)(nil)))
	command, err := parser.Parse(os.Args[1:])
	parser.FatalIfErrorf(err)
	if err := command.Run(); err != nil {
		stop()
		fmt.Fprintln(os.Stderr, "melusine:", err)
		os.Exit(exitCode(err))
	}
}

// newLog writes JSON lines to standard error.
func newLog() *slog.Logger { return slog.New(slog.NewJSONHandler(os.Stderr, nil)) }

type versionCommand struct{}

// Run prints what the build knows of itself.
func (versionCommand) Run() error {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return fmt.Errorf("this build does not know its version")
	}
	fmt.Println("melusine", info.Main.Version, info.GoVersion)
	return nil
}

type checkCommand struct {
	File string `arg:"" help:"Configuration file."`
}

// Run reads the file and every file that it names.
func (c checkCommand) Run() error {
	cfg, err := loadConfig(c.File)
	if err != nil {
		return err
	}
	if _, err := cfg.open(); err != nil {
		return err
	}
	fmt.Println(c.File + ": nothing wrong")
	return nil
}
