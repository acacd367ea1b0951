// Package builtin is the provider of records that live in Parley itself: there is no other system, so a record is kept as soon as Parley has it. What
// people do with such records, the list, edits with their history, the export, Parley does with all records.
package builtin
