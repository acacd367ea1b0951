package store

import (
	"context"

	"github.com/jmoiron/sqlx"

	"parley/core"
)

// Limits of the writer, for tests.
const (
	MaxWaiting   = maxWaiting
	MaxGroup     = maxGroup
	MaxGroupSize = maxGroupSize
	GroupTimeout = groupTimeout
)

// Waiting is how many jobs wait for the next group.
func (w *Writer) Waiting() int { return len(w.jobs) }

// Reading is the database as reads have it.
func (s *Store) Reading() *sqlx.DB { return s.read }

// Writing is the database as the writer has it.
func (s *Store) Writing() *sqlx.DB { return s.write }

// Fail is how drivers' errors get their kinds.
var Fail = fail

// Statement is one that a reader waits for, with the arguments that it takes.
type Statement struct {
	Name  string
	Query string
	Args  []any
}

// Statements lists what readers wait for: lists over some departments, parts of a session or a conversation, look-ups.
func Statements(departments []core.DepartmentID, agent core.AgentID, channel core.ChannelID, conversation core.RemoteID, session core.SessionID) []Statement {
	some := []core.State{core.Pending, core.Active}
	return []Statement{
		{"queue", selectQueue, []any{departments[0], 0, newest, 51}},
		{"open", selectOpen, []any{departments[0], some, newest, 51}},
		{"all", selectAll, []any{departments[0], core.States, newest, 51}},
		{"held", selectHeld, []any{agent, departments, some, newest, 51}},
		{"had", selectHad, []any{agent, departments, core.States, newest, 51}},
		{"took", selectTook, []any{agent, newest, departments, core.States, 51}},
		{"customer's channels", selectReached, []any{5, departments, 20}},
		{"identities", selectIdentities, []any{5, 20}},
		{"sessions of an identity", selectTheirs, []any{5, departments, core.States, newest, 51}},
		{"summaries", selectSummaries, []any{[]core.SessionID{session, session + 1}, departments}},
		{"present", selectPresent, []any{session}},
		{"presence", selectPresence, []any{[]core.SessionID{session, session + 1}}},
		{"talking", selectTalking, []any{channel, conversation}},
		{"newest", selectNewest, []any{channel, conversation}},
		{"messages after", selectMessagesAfter, []any{session, 1, 51}},
		{"messages before", selectMessagesBefore, []any{session, newest, 51}},
		{"log after", selectLogAfter, []any{1000, 512}},
		{"head", selectHead, nil},
		{"conversation after", selectConversationAfter, []any{channel, conversation, 1, 51}},
		{"sessions of a conversation", selectConversationSessions, []any{channel, conversation, newest}},
		{"events of a session for its customer", selectSessionBefore, []any{session, newest, 51}},
		{"counters", selectCounters, []any{agent, departments}},
		{"repeat", selectRepeat + "WHERE dedupe = ?", []any{"c3:1"}},
		{"unread", countCustomerMessages, []any{session, 1}},
		{"seq at", selectSeqAt, []any{session, 1000}},
		{"due", selectDue, []any{channel, 2000, 64, channel, 2000, 64, channel, 2000, 64, channel, 2000, 8, 64}},
		{"next due", selectNextDue, []any{channel, channel, channel, channel, true}},
		{"under way", selectUnderWay, []any{channel, 64}},
		{"heads", selectHeads, []any{channel, []string{"visitor 5", "visitor 6"}}},
		{"messages of heads", selectMessagesOf, []any{[]core.EventID{2000, 2001}}},
		{"parts of messages", selectPartsOf, []any{channel, []core.EventID{2000, 2001}}},
		{"parts", selectParts, []any{2000, channel, ""}},
		{"last part", lastPart, []any{2000, channel, ""}},
		{"message by its name", selectPart, []any{channel, "name 5"}},
		{"message by its name, to read", selectPartMessage, []any{channel, "name 5"}},
		{"surfaces of a department", selectSurfacesOf, []any{departments[0]}},
		{"surface", selectSurface, []any{channel, "room"}},
		{"session of a thread", selectThread, []any{channel, "room", "thread 5"}},
		{"threads of sessions", selectThreads, []any{channel, []core.SessionID{session, session + 1}}},
		{"the thread of a session", selectLive, []any{channel, "room", session}},
		{"where a message was said", selectSaid, []any{2000, channel, "room"}},
		{"where a room was moved", selectMovedTo, []any{channel, "room"}},
		{"changes of a message", countChanges, []any{session, 1, 2000}},
		{"blocked", selectBlocked + "WHERE channel = ? AND remote = ?", []any{channel, "visitor 5"}},
		{"identity of a session", selectIdentityOf, []any{5}},
		{"cards", selectCards, []any{[]core.SessionID{session, session + 1}}},
		{"cards of an agent", selectMine, []any{agent, departments, 50}},
		{"messages that a thread begins with", selectRecent, []any{session, 1, channel, "ses_5/room", channel, "room", "thread 5", 10}},
		{"agent by link", selectAgentByLink, []any{channel, "team/user"}},
		{"links of an agent", selectLinks, []any{agent}},
		{"link code", selectLinkCode, []any{"hash", 1}},
		{"merged", countMerged, []any{channel, "visitor 5", 1, "edit 5"}},
		{"waiting", countWaiting, []any{channel, "visitor 5", 1, "send", 2000}},
		{"head", selectDelivery, []any{channel, "visitor 5", 1}},
		{"parked for a message", selectParkedFor, []any{channel, "name 5"}},
		{"open sessions by state", selectSessionsFigures, nil},
		{"queues", selectQueueFigures, nil},
		{"key of a scope", countScoped, []any{"hash", "metrics"}},
		{"login", selectLogin, []any{"hash"}},
		{"agent by login", selectAgentByLogin, []any{agent}},
		{"agent by key", selectAgentByKey, []any{"hash"}},
	}
}

// BlockedAt gives the newest block of a channel's customer, also one that has ended; NotFound if there was none.
func (s *Store) BlockedAt(ctx context.Context, c core.ChannelID, remote core.RemoteID) (core.Blocked, error) {
	return one[core.Blocked](ctx, s, "store.BlockedAt", selectBlocked+`WHERE channel = ? AND remote = ?`, c, string(remote))
}
