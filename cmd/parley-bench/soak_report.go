package main

import "sync/atomic"

// report adds what was met to the report, and fails where somebody saw something else than the others, or where too little was met for
// that to mean anything.
func (e *everybody) report(r *report, t *truth, values int64) {
	met := map[string]int64{
		"kills": int64(len(t.kills)), "told again after a failure": e.retries.Load(), "connections opened again": e.reconnects.Load(),
		"edits by customers": e.edits.Load(),
	}
	for name, n := range map[string]*atomic.Int64{
		"replies in Slack": &e.did.slackReplies, "replies in the workspace": &e.did.replies, "notes in Slack": &e.did.slackNotes,
		"notes in the workspace": &e.did.notes, "files in Slack": &e.did.files, "messages of customers in Slack": &e.did.direct, "edits in Slack": &e.did.slackEdits,
		"edits in the workspace": &e.did.edits, "replies made notes in Slack": &e.did.turned, "deletions in Slack": &e.did.slackDeletions,
		"deletions in the workspace": &e.did.deletions, "sessions handed over": &e.did.handed, "buttons pressed": &e.did.pressed,
		"words to the app": &e.did.typed,
	} {
		met[name] = n.Load()
	}
	gone := e.fate.counts()
	for _, m := range append([]mishap{untold, toldTwice, unheard, socketAsked, socketBroken, hungUp}, spoils...) {
		met["mishaps: "+string(m)] = gone[m]
	}
	for name, n := range met {
		if r.Counts[e.run.kind+": "+name] = n; n == 0 && e.run.plant == "" {
			r.fail("%s: the run has not met: %s", e.run.kind, name)
		}
	}
	for name, n := range map[string]int64{
		"sessions": int64(len(t.sessions)), "said": e.told.Load(), "compared": t.seen, "uncertain at Telegram": t.uncertain,
		"values searched for secrets":                                          values,
		"the workspace and the database: missing, twice, in disorder, unknown": t.stored.sum(),
		"customers' and agents' screens: missing, twice, in disorder, unknown": t.shown.sum(),
		"threads in Slack: missing, twice, in disorder, unknown":               t.threads.sum(),
	} {
		r.Counts[e.run.kind+": "+name] = n
	}
	for text, n := range e.slack.whispered() {
		r.Counts[e.run.kind+": privately told: "+text] = n
	}
	for _, f := range e.failures {
		r.fail("%s: %s", e.run.kind, f)
	}
}

func (c counts) sum() int64 { return int64(c.lost + c.doubled + c.disordered + c.unknown) }
