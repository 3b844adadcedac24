// Package rules decides who may do what. A Book is read from YAML, its
// conditions are small expr expressions, and it answers desk.Facts with a
// desk.Decision: the first rule that matches settles it, and what no rule
// settles is denied. default.yaml is the book in force until another is
// activated, and the manual of the language.
//
// What a book cannot do, however it is written:
//
//   - grant by mistake: a rule that fails to evaluate denies at once, and a
//     protected address overrides every rule;
//   - match on nothing: no comparison holds when the attribute is empty;
//   - grant to somebody because less is known of them. In a rule that allows
//     or asks, what may be unknown is only ever required; in a rule that
//     denies, it is only ever missing ("deny unless"). What is always known
//     (who, on what, which verb) may be used both ways, and facts that lack it
//     are denied before any rule is read;
//   - hurt the process: the language is an allow-list (no builtins, methods,
//     loops or arithmetic), and size and nesting are bounded before any parser
//     that recurses sees the text.
package rules
