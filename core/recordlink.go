package core

import (
	"cmp"
	"time"
)

// linkPause is for how long a record waits to be linked after that came to nothing. It is where it shall be meanwhile.
const linkPause = 5 * time.Minute

// OweLink lets a record be linked with its customer's account, zero if they have none, once the provider of both has both. Parley's own need no link:
// they are known by their sessions.
func (r *Record) OweLink(account Record, now Time) {
	if r.State == RecordKept && r.Binding != 0 && r.Binding == account.Binding && account.Remote != "" && r.Linked != account.ID {
		r.LinkDueAt = now
	}
}

// JudgeLink says what a record becomes after its provider was asked to link it with its customer's account. What is refused is told, and not asked for
// again until the record is edited.
func (r *Record) JudgeLink(account RecordID, err error, now Time) {
	e := asError(err)
	r.LinkDueAt = 0
	if e == nil {
		r.Linked, r.Reason = account, ""
		return
	}
	if e.passes() {
		r.LinkDueAt = now.Add(max(linkPause, min(e.RetryAfter, maxRecordPause)))
	} else {
		r.Reason = "It is there, but not linked with the customer's account. " + cmp.Or(e.Reason, "That was refused, and nobody has said why.")
	}
}
