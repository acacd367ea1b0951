// Package crm is what the providers of records have in common, and where they are opened: a provider speaks for one account, a binding, on a system
// where records live.
//
// Each kind of system has a folder here with a Kind: what an admin is asked for, and how its provider is made (kind.go). Bindings (binding.go) reads and
// seals what an admin gives, and opens a provider for what is kept. answer.go says what an HTTP answer means that is none of the system's own words.
//
// The package keeps no records and hands none over: that is for core/outbox. No provider reaches anybody inside: each makes its calls by the client
// that it is given. README.md says how another system is added; crmtest is what each provider promises.
package crm
