// Package slack lets agents work in Slack: each session of a department is shown in a thread of the department's Slack channels, and
// answered from it. Customers write to the same app, in direct messages and in threads of help channels; what is said in a room belongs to one
// of the two, and where agents work to them.
//
// It keeps nothing but what it has just seen: which thread is which session, and who in Slack is which agent, the core knows
// (core.Desk). It never decides what an agent may do, and shows a customer's words as nothing but words. What is said outside of
// sessions' threads and of customers' rooms it neither looks at nor logs; who may not act is told so privately, and nothing is sent.
//
// Slack is told "taken" when the desk or the inbox has answered, and not before. slack-go's own connection is not used for that: it takes 50 events in
// before anybody has looked at one, hides those that it does not know, and closes the old connection before it opens the new one.
//
// Start with slack.go for what an app is. In: socket.go and hook.go (the two ways that Slack tells us something), take.go (what it
// comes to), event.go (an event in our words: pure), lane.go (the order in a thread), act.go (what is said in a thread), press.go and
// modal.go (buttons and windows), command.go, home.go, availability.go and quiet.go, person.go (who may act), private.go (what people are told). Out: send.go (what is
// owed where agents work), card.go, post.go, receipt.go, move.go and alert.go (what it looks like), find.go (whether it was posted already), text.go and content.go (marks on texts, both
// ways), file.go, fetch.go and upload.go (files, both ways). Customers: rooms.go (where they write), customer.go (what they do, for the inbox),
// share.go (what comes beside their words), serve.go (what is owed to them). What an app needs is in manifest.go and connect.go; client.go is one
// call, and error.go what its failure means.
package slack
