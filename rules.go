package main

// rulesCommand is about the rule book. Each command's Run is in a file of its name.
type rulesCommand struct {
	Check    rulesCheckCommand    `cmd:"" help:"Report every fault of a rule book, and what is odd in it."`
	Test     rulesTestCommand     `cmd:"" help:"Run the cases of a rule book, and tell what they do not see."`
	Explain  rulesExplainCommand  `cmd:"" help:"Explain what the rules would answer somebody, with every value they look at."`
	Who      rulesWhoCommand      `cmd:"" help:"Tell who can do something: melusine rules who melusine.yml 'quota.set jeanne@univ-test.fr size=5G'."`
	May      rulesMayCommand      `cmd:"" help:"Tell what somebody may do."`
	Replay   rulesReplayCommand   `cmd:"" help:"Tell what another rule book would have answered to the requests of the journal, and to whom."`
	List     rulesListCommand     `cmd:"" help:"List the rule books that were in force, and say whether this program can read them."`
	Show     rulesShowCommand     `cmd:"" help:"Write the files of a rule book of the journal into a folder."`
	Activate rulesActivateCommand `cmd:"" help:"Ask for another rule book to be put in force; somebody else approves, in the chat or the portal."`
	Rollback rulesRollbackCommand `cmd:"" help:"Ask to return to a rule book that was in force."`
	Diff     rulesDiffCommand     `cmd:"" help:"Tell what differs between two dates, or two books, for those who may do things for others."`
}
