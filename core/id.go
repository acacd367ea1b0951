package core

import (
	"crypto/rand"
	"database/sql/driver"
	"encoding/binary"
	"strconv"
	"strings"
	"sync"
	"time"
)

// ID names a row. It is 63 bits, made in Go, and written outside as a prefix and base 36: ses_1f0xk4q2m9a. An ID is a
// name, not a secret: whoever knows one has no right by that.
type ID[N noun] int64

type noun interface{ prefix() string }

type (
	sessionNoun    struct{}
	agentNoun      struct{}
	customerNoun   struct{}
	identityNoun   struct{}
	departmentNoun struct{}
	channelNoun    struct{}
	loginNoun      struct{}
	keyNoun        struct{}
	messageNoun    struct{}
	fileNoun       struct{}
	groupNoun      struct{}
	hookNoun       struct{}
	recordNoun     struct{}
	recordTypeNoun struct{}
	recordRuleNoun struct{}
	bindingNoun    struct{}
)

func (sessionNoun) prefix() string    { return "ses" }
func (agentNoun) prefix() string      { return "agt" }
func (customerNoun) prefix() string   { return "cus" }
func (identityNoun) prefix() string   { return "idn" }
func (departmentNoun) prefix() string { return "dep" }
func (channelNoun) prefix() string    { return "chn" }
func (loginNoun) prefix() string      { return "lgn" }
func (keyNoun) prefix() string        { return "key" }
func (messageNoun) prefix() string    { return "msg" }
func (fileNoun) prefix() string       { return "fil" }
func (groupNoun) prefix() string      { return "grp" }
func (hookNoun) prefix() string       { return "hok" }
func (recordNoun) prefix() string     { return "rec" }
func (recordTypeNoun) prefix() string { return "rct" }
func (recordRuleNoun) prefix() string { return "rul" }
func (bindingNoun) prefix() string    { return "bnd" }

// Zero means none, of every kind of id.

type (
	// SessionID names a session.
	SessionID = ID[sessionNoun]
	// AgentID names an agent.
	AgentID = ID[agentNoun]
	// CustomerID names a customer.
	CustomerID = ID[customerNoun]
	// IdentityID names an identity.
	IdentityID = ID[identityNoun]
	// DepartmentID names a department.
	DepartmentID = ID[departmentNoun]
	// ChannelID names a channel.
	ChannelID = ID[channelNoun]
	// LoginID names a login.
	LoginID = ID[loginNoun]
	// GroupID names a group of agents.
	GroupID = ID[groupNoun]
	// HookID names a hook.
	HookID = ID[hookNoun]
	// RecordID names a record.
	RecordID = ID[recordNoun]
	// RecordTypeID names a type of record.
	RecordTypeID = ID[recordTypeNoun]
	// RecordRuleID names a rule that creates records.
	RecordRuleID = ID[recordRuleNoun]
	// BindingID names an account on a system where records live.
	BindingID = ID[bindingNoun]
	// KeyID names an API key.
	KeyID = ID[keyNoun]
	// FileID names a file.
	FileID = ID[fileNoun]
)

// EventID is a row's place in the log: dense, in commit order, the same on every node. Following the log means remembering
// one EventID. A message's outside name is its EventID (msg_…).
type EventID = ID[messageNoun]

// String gives the outside form, "" for none.
func (id ID[N]) String() string {
	if id == 0 {
		return ""
	}
	var n N
	return n.prefix() + "_" + strconv.FormatInt(int64(id), 36)
}

// Value stores the number.
func (id ID[N]) Value() (driver.Value, error) { return int64(id), nil }

// MarshalText writes the outside form.
func (id ID[N]) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText accepts exactly what MarshalText writes.
func (id *ID[N]) UnmarshalText(b []byte) (err error) {
	if len(b) == 0 {
		*id = 0
		return nil
	}
	*id, err = ParseID[ID[N]](string(b))
	return err
}

//nolint:unused // it is: ParseID's constraint asks for it
func (ID[N]) parse(s string) (ID[N], bool) {
	var n N
	digits, ok := strings.CutPrefix(s, n.prefix()+"_")
	if !ok {
		return 0, false
	}
	v, err := strconv.ParseInt(digits, 36, 64)
	id := ID[N](v)
	return id, err == nil && v > 0 && id.String() == s
}

// ParseID reads the outside form of one kind of id: ParseID[SessionID]("ses_…"). Anything but the canonical form is
// NotFound, because such a thing cannot exist.
func ParseID[T interface{ parse(string) (T, bool) }](s string) (T, error) {
	var zero T
	id, ok := zero.parse(s)
	if !ok {
		return zero, &Error{Op: "core.ParseID", Kind: NotFound}
	}
	return id, nil
}

// RemoteID is an id that somebody else's system made: opaque to everybody but the adapter that wrote it.
type RemoteID string

// IDMaker makes ids: 41 bits of milliseconds since 2024, 22 random bits, always rising within one maker. Two nodes that
// make ids in the same millisecond differ by the random bits; the primary key is the last guard. A clock that is set back, or is before 2024, changes none
// of that.
type IDMaker struct {
	mu   sync.Mutex
	last int64
}

var idEpoch = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli()

// Next returns an id greater than any it returned before. Safe for use by many at once.
func (m *IDMaker) Next(now Time) int64 {
	var b [4]byte
	_, _ = rand.Read(b[:]) // crypto/rand.Read never fails: it crashes the program instead
	random := int64(binary.BigEndian.Uint32(b[:]) >> 10)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.last = max(m.last+1, max(int64(now)/1000-idEpoch, 0)<<22|random)
	return m.last
}
