package store

import (
	"context"
	"math"
	"slices"

	"github.com/jmoiron/sqlx"

	"parley/core"
)

const (
	auditColumns = `no, at, actor_kind, actor, api_key, action, subject, subject_id, changes, hash`
	selectAudit  = `SELECT ` + auditColumns + ` FROM audit `
	auditRest    = ` AND (CAST(? AS BIGINT) = 0 OR actor = ?) AND (CAST(? AS TEXT) = '' OR action = ?) AND at >= ? AND at < ? ORDER BY no DESC LIMIT ?`

	selectAuditAll     = selectAudit + `WHERE no < ?` + auditRest
	selectAuditSubject = selectAudit + `WHERE subject_id = ? AND no < ?` + auditRest
	selectAuditActor   = selectAudit + `WHERE actor = ? AND no < ?` + auditRest
	selectAuditAction  = selectAudit + `WHERE action = ? AND no < ?` + auditRest
)

// AuditFilter narrows the audit log; what is zero does not narrow.
type AuditFilter struct {
	Actor    core.AgentID
	Action   core.AuditAction
	Subject  string    // its id
	From, To core.Time // from then on, and before then
}

// Audit gives a page of the audit log, newest first: entries before a number, 0 for the newest.
func (s *Store) Audit(ctx context.Context, f AuditFilter, before int64, limit int) ([]core.AuditEntry, error) {
	if before == 0 {
		before = newest
	}
	if f.To == 0 {
		f.To = math.MaxInt64
	}
	rest := []any{before, f.Actor, f.Actor, string(f.Action), string(f.Action), f.From, f.To, limit}
	query, first := selectAuditAll, []any(nil)
	switch {
	case f.Subject != "":
		query, first = selectAuditSubject, []any{f.Subject}
	case f.Actor != 0:
		query, first = selectAuditActor, []any{f.Actor}
	case f.Action != "":
		query, first = selectAuditAction, []any{string(f.Action)}
	}
	return all[core.AuditEntry](ctx, s, "store.Audit", query, slices.Concat(first, rest)...)
}

// WithAudit seals the audit log with the installation's key. Without it the key is the zero one.
func WithAudit(seal core.AuditSeal) WriterOption { return func(w *Writer) { w.seal = seal } }

// audited is an entry on its way, with how often the like is noted.
type audited struct {
	core.AuditEntry
	once core.Time // not if there is one by the same agent about the same from then on; zero: always
}

// Audit adds an entry to the audit log, with all else that the job writes.
func (w *Work) Audit(e core.AuditEntry) { w.audit(audited{AuditEntry: e}) }

// AuditOnce adds an entry, unless there is one by the same agent, of the same action about the same subject, from that time on: by any node.
func (w *Work) AuditOnce(e core.AuditEntry, since core.Time) { w.audit(audited{e, since}) }

func (w *Work) audit(e audited) {
	g := w.group
	e.At = g.now
	g.audit = append(g.audit, e)
	g.undo = append(g.undo, func() { g.audit = g.audit[:len(g.audit)-1] })
}

const (
	beginAuditHead  = `INSERT INTO audit_head (id, no, hash, seal) VALUES (1, ?, ?, ?) ON CONFLICT DO NOTHING`
	selectAuditHead = `SELECT no, hash, seal FROM audit_head WHERE id = 1`
	updateAuditHead = `UPDATE audit_head SET no = ?, hash = ?, seal = ? WHERE id = 1`
	insertAudit     = `INSERT INTO audit (` + auditColumns + `) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
	selectLike      = `SELECT COALESCE(max(at), 0) FROM audit WHERE subject_id = ? AND actor = ? AND action = ?`
)

// chain gives the group's entries their places in the audit log. The row that says where it ends is locked until the transaction is over, and nothing
// but the log's own lock is taken after it: nodes add their entries one after the other, and none waits for another's rows meanwhile.
func (g *group) chain() error {
	if len(g.audit) == 0 {
		return nil
	}
	end, err := endOfAudit(g.ctx, g.tx, g.writer.seal, g.loads.auditHead)
	if err != nil {
		return err
	}
	entries, err := g.unlike()
	if err != nil || len(entries) == 0 {
		return err
	}
	if end.tampered() {
		g.log.Error("the audit log does not end as it was left: run parley doctor", "entry", end.head.No)
	}
	return end.add(g.ctx, g.now, entries...)
}

// auditEnd is where the audit log ends, in a transaction that adds to it.
type auditEnd struct {
	tx   *sqlx.Tx
	seal core.AuditSeal
	head core.AuditHead
}

// endOfAudit reads the end, with the statement that locks it.
func endOfAudit(ctx context.Context, tx *sqlx.Tx, seal core.AuditSeal, lock string) (auditEnd, error) {
	end := auditEnd{tx, seal, seal.Head(0, "")}
	if _, err := tx.ExecContext(ctx, tx.Rebind(beginAuditHead), end.head.No, end.head.Hash, end.head.Seal); err != nil {
		return end, err
	}
	return end, tx.GetContext(ctx, &end.head, lock)
}

// tampered tells whether somebody without the key has written the end. The next one would hide that, so an entry tells of it first.
func (a auditEnd) tampered() bool { return !a.seal.Holds(a.head) }

// add puts entries after the end.
func (a auditEnd) add(ctx context.Context, now core.Time, entries ...core.AuditEntry) error {
	if a.tampered() {
		entries = slices.Insert(entries, 0, core.AuditEntry{
			At: now, Hand: core.Hand{Kind: core.BySystem}, Action: core.AuditEndTampered, Subject: core.AuditedInstallation,
			Changes: core.ChangesOf(nil, map[string]int64{"entry": a.head.No}).Text(),
		})
	}
	for _, e := range entries {
		e.No = a.head.No + 1
		e.Hash = a.seal.Hash(e, a.head.Hash)
		_, err := a.tx.ExecContext(ctx, a.tx.Rebind(insertAudit), e.No, e.At, string(e.Kind), e.Agent, e.Key, string(e.Action), e.Subject,
			e.SubjectID, e.Changes, e.Hash)
		if err != nil {
			return err
		}
		a.head.No, a.head.Hash = e.No, e.Hash
	}
	return a.close(ctx)
}

// close seals the end as it is now.
func (a auditEnd) close(ctx context.Context) error {
	h := a.seal.Head(a.head.No, a.head.Hash)
	_, err := a.tx.ExecContext(ctx, a.tx.Rebind(updateAuditHead), h.No, h.Hash, h.Seal)
	return err
}

const setAuditHash = `UPDATE audit SET hash = ? WHERE no = ?`

// reseal seals all entries anew: whoever restores without the key with which they were sealed can neither check them nor go on.
func (a *auditEnd) reseal(ctx context.Context) error {
	a.head = core.AuditHead{}
	err := eachAudit(ctx, a.tx, func(e core.AuditEntry) error {
		a.head.No, a.head.Hash = e.No, a.seal.Hash(e, a.head.Hash)
		_, err := a.tx.ExecContext(ctx, a.tx.Rebind(setAuditHash), a.head.Hash, e.No)
		return err
	})
	a.head = a.seal.Head(a.head.No, a.head.Hash)
	return err
}

// unlike gives the group's entries without those that are noted once in a while, and were.
func (g *group) unlike() (entries []core.AuditEntry, err error) {
	type key struct {
		agent   core.AgentID
		action  core.AuditAction
		subject string
	}
	noted := map[key]bool{}
	for _, e := range g.audit {
		if e.once != 0 {
			k := key{e.Agent, e.Action, e.SubjectID}
			var last core.Time
			if !noted[k] {
				err := g.tx.GetContext(g.ctx, &last, g.tx.Rebind(selectLike), e.SubjectID, e.Agent, string(e.Action))
				if err != nil {
					return nil, err
				}
			}
			if noted[k] || last >= e.once {
				continue
			}
			noted[k] = true
		}
		entries = append(entries, e.AuditEntry)
	}
	return entries, nil
}

// AuditState is what a look at the whole audit log has found.
type AuditState struct {
	Entries int64
	Newest  core.AuditEntry  // zero if there is none
	Head    core.AuditHead   // zero if there is none
	Fault   *core.AuditFault // nil: it is whole
	Marked  []int64          // entries that tell of an earlier fault of the log's end, the first few
}

// markedAtMost is how many of them are given.
const markedAtMost = 10

// CheckAudit looks at the audit log from its first entry to its end, as it is at one moment; beside a running server too. It holds a few entries at a
// time.
func (s *Store) CheckAudit(ctx context.Context, seal core.AuditSeal) (state AuditState, err error) {
	const op = "store.CheckAudit"
	tx, err := s.read.BeginTxx(ctx, s.dialect.snapshot())
	if err != nil {
		return state, fail(op, err)
	}
	defer func() { _ = tx.Rollback() }() // it was only read
	var heads []core.AuditHead
	if err := tx.SelectContext(ctx, &heads, selectAuditHead); err != nil {
		return state, fail(op, err)
	}
	if len(heads) > 0 {
		state.Head = heads[0]
	}
	check := core.NewAuditCheck(seal)
	err = eachAudit(ctx, tx, func(e core.AuditEntry) error {
		state.Entries++
		state.Newest = e
		if e.Action == core.AuditEndTampered && len(state.Marked) < markedAtMost {
			state.Marked = append(state.Marked, e.No)
		}
		check.Next(e)
		return nil
	})
	state.Fault = check.End(state.Head)
	return state, fail(op, err)
}

// auditPage is how many entries are held at once.
const auditPage = 500

const selectAuditAfter = selectAudit + `WHERE no > ? ORDER BY no LIMIT ?`

// eachAudit goes through the audit log, oldest first.
func eachAudit(ctx context.Context, tx *sqlx.Tx, each func(core.AuditEntry) error) error {
	last := int64(math.MinInt64)
	for {
		var page []core.AuditEntry
		if err := tx.SelectContext(ctx, &page, tx.Rebind(selectAuditAfter), last, auditPage); err != nil || len(page) == 0 {
			return err
		}
		for _, e := range page {
			if err := each(e); err != nil {
				return err
			}
		}
		last = page[len(page)-1].No
	}
}

const selectForeign = `SELECT s.id, s.department, s.state, s.assignee, COALESCE(p.joined_at, 0) AS joined_at
	FROM sessions s LEFT JOIN participants p ON p.session = s.id AND p.agent = ? WHERE s.id IN (?) AND ` + seen

// Foreign gives those of the sessions that the actor sees and whose transcripts are not theirs to read.
func (s *Store) Foreign(ctx context.Context, who core.Actor, sessions []core.SessionID) ([]core.SessionID, error) {
	if len(sessions) == 0 {
		return nil, nil
	}
	rows, err := all[struct {
		core.Session
		JoinedAt core.Time `db:"joined_at"`
	}](ctx, s, "store.Foreign", selectForeign, with([]any{who.Agent.ID, sessions}, who.Scope())...)
	var foreign []core.SessionID
	for _, r := range rows {
		if core.Foreign(r.Session, who, core.Participant{JoinedAt: r.JoinedAt}) {
			foreign = append(foreign, r.ID)
		}
	}
	return foreign, err
}
