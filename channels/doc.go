// Package channels is what all channels need: the supervisor that runs each under its lease and says how it fares, and the rules
// for texts on their way between a network and the core. Texts that are too long are split, marks are counted in the network's
// unit and in ours, and what a network sends is made acceptable.
//
// The package knows no network and opens no connection. It decides nothing about sessions: what comes in goes to core.Inbox, what
// goes out comes from the outbox.
//
// Start with supervisor.go (which channels run here), then post.go (one channel's life), split.go (long texts), entity.go (marks),
// clean.go (what comes from a network) and settings.go (what the settings of all kinds have in common).
package channels
