// Package presence knows which agents are there, whichever node sees them (FEATURES C4, C5): those who have the workspace open, and those
// who are linked to a channel that fares well, such as a Slack app; they count as there while both holds, whatever else they do.
//
// What decides is rows in the database, which each node says anew every ten seconds for those whom it sees, in one statement, by the
// database's clock. A node that stops takes its rows back; the rows of one that dies end by themselves. Who closes the workspace is there
// for a little longer, so that a reload or a short loss of network is nothing to anybody. Between two looks a change on another node
// comes by the bell of core/feed, if there is one.
//
// Of customers it says when they were last connected to a site's widget, as long as nobody has joined their session: who has gone for good before
// that has abandoned it (FEATURES C1). Those are rows too, one for each such session.
//
// Whether sessions may come to somebody who is there is their own word too: core.Colleague.Receiving. Nothing is routed here.
//
// Start with Run.
package presence
