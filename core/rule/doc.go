// Package rule creates records by itself, where an admin has set a rule: on an event, if a condition holds, with these fields (FEATURES F3).
//
// One node, which holds the lease, follows the log (follow.go). What rules find in it, their failures, and how far it was followed are kept in one
// transaction, so that of an event each rule creates its record once, killed at any moment. The hub creates it, as it does for people. A rule that fails
// holds up nothing: what it could not do is noted with it, and the next event is looked at. What rules create sets no other off: no rule waits for a
// record. Try does the same with sessions of the past, and writes nothing.
//
// Conditions, and what is between braces in the texts of fields, are expressions of expr-lang.org, of which language.go lets through a small part: what
// compares, calculates and joins what sight.go shows. There are no loops, ranges, variables and patterns in it, so that an expression ends after as many
// steps as it has parts, and cannot make much of little.
//
// Start with Run in rule.go.
package rule
