// Package hook tells other people's systems what has happened, where an admin has subscribed it.
//
// One node, which holds the lease, follows the log (follow.go) and owes what each hook wants to know to it: the calls and how far the log has been
// followed are kept in one transaction, so that nothing is owed twice or never, killed at any moment. What is told is made then, from the event and
// its session as they stand; it stays as it is, with its id, however often it is tried.
//
// Each hook is called by itself (call.go), one call at a time, in the order of the log, so that who is slow delays nobody else. A hook that cannot take
// a call holds up what follows until it can; one that it refuses steps aside. What a call has come to is written down after it was made: a crash between
// the two makes it again, with the same id. When, and when no more, is for core.JudgeHook to say.
//
// Notes never leave, nor does any secret: what a hook answers is kept without its own, and only the beginning of it. Nobody inside is called
// (package webhook).
//
// Start with Run in hook.go.
package hook
