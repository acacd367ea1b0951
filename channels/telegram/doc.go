// Package telegram is the channel of a Telegram bot: customers write to the bot, in private chats, and agents answer as it.
//
// What comes is acknowledged when core.Inbox has it, and not before: the poller moves its offset, and the webhook answers 200, only
// then. The types of the Bot API's calls are those of go-telegram/bot, but the calls are our own. Its poller and its webhook handler
// acknowledge first, and its calls neither bound an answer nor tell whether a request that failed can have been carried out; and it
// takes a message that was sent for one that was not when the answer has a member of a kind that it does not know yet.
//
// Texts go out with entities, never with a parse mode, so that nothing in them is markup. Words that Telegram says about a failure
// tell cases apart and go to the log; people read sentences of ours. The token is part of every call's address: no error, log line or
// answer holds one.
//
// The package keeps no state: offset and webhook are Telegram's. What it cannot do is in README.md.
//
// Start with telegram.go (settings, run, test), then poll.go and webhook.go (the two ways that updates come), store.go (when they are
// kept), receive.go and media.go (an update in core's words: pure), mark.go (marks on texts), send.go (what is owed), file.go (files, both ways), client.go (one
// call) and error.go (what its failure means).
package telegram
