package main

// rulesCommand is about the rule book. Each command's Run is in a file of its name.
type rulesCommand struct {
	Check rulesCheckCommand `cmd:"" help:"Report every fault of a rule book, and what is odd in it."`
	Test  rulesTestCommand  `cmd:"" help:"Run the cases of a rule book, and tell what they do not see."`
}
