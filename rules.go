package main

// rulesCommand is about the rule book. Each command's Run is in a file of its name.
type rulesCommand struct {
	Check   rulesCheckCommand   `cmd:"" help:"Report every fault of a rule book, and what is odd in it."`
	Test    rulesTestCommand    `cmd:"" help:"Run the cases of a rule book, and tell what they do not see."`
	Explain rulesExplainCommand `cmd:"" help:"Explain what the rules would answer somebody, with every value they look at."`
	Who     rulesWhoCommand     `cmd:"" help:"Tell who can do something: melusine rules who melusine.yml 'quota.set jeanne@univ-test.fr size=5G'."`
	May     rulesMayCommand     `cmd:"" help:"Tell what somebody may do."`
	Diff    rulesDiffCommand    `cmd:"" help:"Tell what differs between two dates, or two books, for those who may do things for others."`
}
