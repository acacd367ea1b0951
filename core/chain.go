package core

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
)

// AuditSeal chains the entries of the audit log. An entry's hash is HMAC-SHA256, with a key that is derived from the installation's, over the hash of
// the entry before ("" for the first) and the entry's columns in their order: each number as 8 bytes, big end first, each text as the number of its
// bytes and the bytes. So it is the same on both databases, and whoever writes into the database without the key cannot make one.
type AuditSeal struct{ key Key }

// NewAuditSeal makes the seal from the installation's key.
func NewAuditSeal(k Key) AuditSeal { return AuditSeal{k.Derive("audit")} }

// Hash gives what belongs to an entry, with its number, after the one whose hash is before.
func (s AuditSeal) Hash(e AuditEntry, before string) string {
	return s.sum("entry", before, e.No, int64(e.At), string(e.Kind), int64(e.Agent), int64(e.Key), string(e.Action), e.Subject, e.SubjectID, e.Changes)
}

// AuditHead says where the audit log ends. It is kept apart from the entries, so that the newest of them cannot be taken away unnoticed.
type AuditHead struct {
	No   int64  `db:"no"`   // of the newest entry; zero: there is none
	Hash string `db:"hash"` // … and its hash
	Seal string `db:"seal"`
}

// Head gives the sealed end of a log.
func (s AuditSeal) Head(no int64, hash string) AuditHead {
	return AuditHead{no, hash, s.sum("head", no, hash)}
}

// Holds tells whether the head was made with the seal.
func (s AuditSeal) Holds(h AuditHead) bool {
	return hmac.Equal([]byte(h.Seal), []byte(s.Head(h.No, h.Hash).Seal))
}

func (s AuditSeal) sum(parts ...any) string {
	h := hmac.New(sha256.New, s.key[:])
	var b []byte
	for _, p := range parts {
		switch p := p.(type) {
		case int64:
			b = binary.BigEndian.AppendUint64(b, uint64(p)) //nolint:gosec // its bits
		case string:
			b = append(binary.BigEndian.AppendUint64(b, uint64(len(p))), p...)
		}
	}
	h.Write(b)
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil))
}

// is tells whether the entry has the hash that belongs to it with a number, after another hash.
func (s AuditSeal) is(e AuditEntry, no int64, before string) bool {
	e.No = no
	return hmac.Equal([]byte(e.Hash), []byte(s.Hash(e, before)))
}

// AuditDamage says what was done to the audit log by somebody who is not Parley.
type AuditDamage string

// The kinds of damage.
const (
	AuditEntryChanged AuditDamage = "changed"
	AuditEntryDropped AuditDamage = "dropped"
	AuditEntryAdded   AuditDamage = "added"
	AuditEntryMoved   AuditDamage = "moved"
	AuditHeadChanged  AuditDamage = "end changed" // where the log ends is not as it was written
)

// AuditFault is the first damage of an audit log. What comes after it is not looked at: it may be damaged too.
type AuditFault struct {
	Damage AuditDamage
	From   int64 // the first entry that it is about
	To     int64 // the last one
	Stands int64 // of AuditEntryMoved: the number that the entry has now
}

func (f AuditFault) String() string {
	which := fmt.Sprintf("entry %d", f.From)
	if f.To > f.From {
		which = fmt.Sprintf("entries %d to %d", f.From, f.To)
	}
	switch f.Damage {
	case AuditEntryChanged:
		return which + " is not as it was written: somebody has changed it"
	case AuditEntryDropped:
		if f.To > f.From {
			return which + " are missing: somebody has dropped them"
		}
		return which + " is missing: somebody has dropped it"
	case AuditEntryAdded:
		return fmt.Sprintf("entry %d was not written by Parley: somebody has added it", f.From)
	case AuditEntryMoved:
		return fmt.Sprintf("entry %d stands as number %d: somebody has put entries in another order", f.From, f.Stands)
	}
	return fmt.Sprintf("where it ends, at entry %d, is not as it was written: somebody has changed that, and may have dropped what came after", f.From)
}

// AuditCheck goes through an audit log, entry by entry in the order of their numbers, and holds three of them at most. The zero check does not work: see
// NewAuditCheck.
type AuditCheck struct {
	seal   AuditSeal
	good   AuditEntry // the newest whose place in the chain is right
	last   AuditEntry // the newest
	broken *AuditEntry
	next   *AuditEntry // the one after it
	found  int64       // where the entry stands that belongs in the place of broken; zero: nowhere
	swap   bool        // … and broken belongs there
}

// NewAuditCheck begins a check.
func NewAuditCheck(s AuditSeal) *AuditCheck { return &AuditCheck{seal: s} }

// Next takes the next entry.
func (c *AuditCheck) Next(e AuditEntry) {
	former := c.last
	c.last = e
	if c.broken == nil {
		if e.No == c.good.No+1 && c.seal.is(e, e.No, c.good.Hash) {
			c.good = e
			return
		}
		c.broken = &e
	} else if c.next == nil {
		c.next = &e
	}
	if c.found != 0 || !c.seal.is(e, c.good.No+1, c.good.Hash) {
		return
	}
	c.found = e.No
	before := former.Hash // of what stands before it, unless that is what is wrong
	if former.No == c.broken.No {
		before = e.Hash
	}
	c.swap = c.seal.is(*c.broken, e.No, before)
}

// End gives the first damage, nil if there is none. The head is the zero one where there is none.
func (c *AuditCheck) End(h AuditHead) *AuditFault {
	sealed := c.seal.Holds(h)
	if c.broken != nil {
		return c.fault(h, sealed)
	}
	none := h == AuditHead{}
	switch {
	case none && c.last.No == 0:
		return nil
	case none || !sealed, h.No < c.last.No, h.No == c.last.No && h.Hash != c.last.Hash:
		return &AuditFault{Damage: AuditHeadChanged, From: h.No, To: h.No}
	case h.No > c.last.No:
		return &AuditFault{Damage: AuditEntryDropped, From: c.last.No + 1, To: h.No}
	}
	return nil
}

// fault says what happened where the chain breaks.
func (c *AuditCheck) fault(h AuditHead, sealed bool) *AuditFault {
	first, missing := c.good.No+1, int64(0)
	if sealed {
		missing = h.No - c.last.No
	}
	whole := c.next != nil && c.seal.is(*c.next, c.next.No, c.broken.Hash) // what follows it still follows it
	switch {
	case c.found != 0 && c.broken.No == first && !c.swap:
		return &AuditFault{Damage: AuditEntryAdded, From: first, To: c.found - 1}
	case c.found != 0:
		return &AuditFault{Damage: AuditEntryMoved, From: first, To: first, Stands: c.found}
	case c.broken.No > first:
		return &AuditFault{Damage: AuditEntryDropped, From: first, To: c.broken.No - 1}
	case sealed && first > h.No:
		return &AuditFault{Damage: AuditEntryAdded, From: first, To: c.last.No}
	case missing > 0 && !whole: // the rest has closed up
		return &AuditFault{Damage: AuditEntryDropped, From: first, To: first + missing - 1}
	}
	return &AuditFault{Damage: AuditEntryChanged, From: first, To: first}
}
