package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/unistra/melusine/partage"
)

type completionCommand struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"bash, zsh or fish."`
}

// Run prints a script that completes commands, methods, parameters and flags:
// "source <(melusine completion bash)".
func (c completionCommand) Run(_ context.Context, app *kong.Kong) error {
	words := completions(app.Model.Node)
	return map[string]func(io.Writer, []choice) error{"bash": bashScript, "zsh": zshScript, "fish": fishScript}[c.Shell](os.Stdout, words)
}

// A choice is the words that may follow others on the command line.
type choice struct{ after, words []string }

// completions reads the commands and flags from the parser, and the methods and
// their parameters from the client.
func completions(root *kong.Node) []choice {
	top := choice{}
	var list []choice
	for _, n := range root.Children {
		top.words = append(top.words, n.Name)
		list = append(list, choice{[]string{n.Name}, flags(n)})
	}
	methods := choice{after: []string{"partage"}}
	for _, m := range partage.Methods() {
		params := choice{after: []string{"partage", m.Name}}
		for _, p := range m.Params {
			params.words = append(params.words, p.Name+"=")
		}
		methods.words = append(methods.words, m.Name)
		list = append(list, params)
	}
	shells := choice{[]string{"completion"}, []string{"bash", "zsh", "fish"}}
	return append([]choice{top, methods, shells}, list...)
}

func flags(n *kong.Node) []string {
	var words []string
	for _, f := range n.Flags {
		words = append(words, "--"+f.Name)
	}
	return words
}

// cases writes the table of choices for bash and zsh: the words before, then
// the words that may come.
func cases(choices []choice) string {
	var b strings.Builder
	merged := map[string][]string{}
	var order []string
	for _, c := range choices {
		key := strings.Join(c.after, " ")
		if _, known := merged[key]; !known {
			order = append(order, key)
		}
		merged[key] = append(merged[key], c.words...)
	}
	for _, key := range order {
		fmt.Fprintf(&b, "    %q) words=%q ;;\n", key, strings.Join(merged[key], " "))
	}
	return b.String()
}

const bashFunction = `# melusine completion for bash: source <(melusine completion bash)
_melusine() {
  local words= key= i current=${COMP_WORDS[COMP_CWORD]}
  for ((i = 1; i < COMP_CWORD && i <= 2; i++)); do
    [[ ${COMP_WORDS[i]} == -* ]] && break
    [[ ${COMP_WORDS[1]} != partage && $i -gt 1 ]] && break
    key=${key:+$key }${COMP_WORDS[i]}
  done
  case $key in
%s  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  [[ ${COMPREPLY[0]} == *= ]] && compopt -o nospace
  return 0
}
complete -o default -F _melusine melusine
`

func bashScript(out io.Writer, choices []choice) error {
	_, err := fmt.Fprintf(out, bashFunction, cases(choices))
	return err
}

const zshFunction = `#compdef melusine
# melusine completion for zsh: source <(melusine completion zsh)
_melusine() {
  local chosen= key= i
  for ((i = 2; i < CURRENT && i <= 3; i++)); do
    [[ ${words[i]} == -* ]] && break
    [[ ${words[2]} != partage && $i -gt 2 ]] && break
    key=${key:+$key }${words[i]}
  done
  case $key in
%s  esac
  compadd -S '' -- ${=chosen}
}
compdef _melusine melusine
`

func zshScript(out io.Writer, choices []choice) error {
	_, err := fmt.Fprintf(out, zshFunction, strings.ReplaceAll(cases(choices), ") words=", ") chosen="))
	return err
}

// fishScript has one line for each choice; fish adds up those that hold.
func fishScript(out io.Writer, choices []choice) error {
	var b strings.Builder
	b.WriteString("# melusine completion for fish: melusine completion fish | source\n")
	for _, c := range choices {
		condition := "__fish_use_subcommand"
		if len(c.after) > 0 {
			condition = "__fish_seen_subcommand_from " + c.after[len(c.after)-1]
		}
		if len(c.after) == 1 && c.after[0] == "partage" && len(c.words) > 0 && !strings.HasPrefix(c.words[0], "-") {
			condition += "; and not __fish_seen_subcommand_from " + strings.Join(c.words, " ")
		}
		if len(c.words) > 0 {
			fmt.Fprintf(&b, "complete -c melusine -n '%s' -f -a '%s'\n", condition, strings.Join(c.words, " "))
		}
	}
	_, err := io.WriteString(out, b.String())
	return err
}
