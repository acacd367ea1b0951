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
	narrow := core.Scope{Agent: agent, Departments: departments, Own: departments[:1]}
	records := func(name string, f RecordFilter) Statement {
		query, args := f.page(narrow, newest, 51)
		return Statement{name, query, args}
	}
	return []Statement{
		{"queue", selectQueue, []any{departments[0], 0, newest, 51}},
		{"open", selectOpen, []any{departments[0], some, newest, 51}},
		{"all", selectAll, []any{departments[0], core.States, newest, 51}},
		{"held", selectHeld, with([]any{agent}, narrow, some, newest, 51)},
		{"had", selectHad, with([]any{agent}, narrow, core.States, newest, 51)},
		{"took", selectTook, with([]any{agent, newest}, narrow, core.States, 51)},
		{"customer's channels", selectReached, with([]any{5}, narrow, 20)},
		{"identities", selectIdentities, []any{5, 20}},
		{"sessions of an identity", selectTheirs, with([]any{5}, narrow, core.States, newest, 51)},
		{"summaries", selectSummaries, with([]any{[]core.SessionID{session, session + 1}}, narrow)},
		{"present", selectPresent, []any{session}},
		{"presence", selectPresence, []any{[]core.SessionID{session, session + 1}}},
		{"talking", selectTalking, []any{channel, conversation}},
		{"newest", selectNewest, []any{channel, conversation}},
		{"messages after", selectMessagesAfter, []any{session, 1, 51}},
		{"messages before", selectMessagesBefore, []any{session, newest, 51}},
		{"log after", selectLogAfter, []any{1000, 512}},
		{"head", selectHead, nil},
		{"conversation read", selectConversationRead, []any{channel, conversation}},
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
		{"card", selectCard, with([]any{session}, narrow)},
		{"message of a reader", selectMessageIn, with([]any{2000}, narrow)},
		{"file of a reader", selectSeenFile, with([]any{5, agent}, narrow)},
		{"cards", selectCards, []any{[]core.SessionID{session, session + 1}}},
		{"audit log", selectAuditAll, []any{newest, 0, 0, "", "", 0, newest, 51}},
		{"audit log of a subject", selectAuditSubject, []any{"agt_5", newest, 0, 0, "", "", 0, newest, 51}},
		{"audit log of an agent", selectAuditActor, []any{agent, newest, agent, agent, "", "", 0, newest, 51}},
		{"audit log of an action", selectAuditAction, []any{"agent.added", newest, 0, 0, "agent.added", "agent.added", 0, newest, 51}},
		{"the like in the audit log", selectLike, []any{"ses_5", agent, "transcript.read"}},
		{"whose sessions they are", selectForeign, with([]any{agent, []core.SessionID{session, session + 1}}, narrow)},
		{"cards of an agent", selectMine, []any{agent, departments, 50}},
		{"messages that a thread begins with", selectRecent, []any{session, 1, channel, "ses_5/room", channel, "room", "thread 5", 10}},
		{"agent by link", selectAgentByLink, []any{channel, "team/user"}},
		{"links of an agent", selectLinks, []any{agent}},
		{"link code", selectLinkCode, []any{"hash", 1}},
		{"merged", countMerged, []any{channel, "visitor 5", 1, "edit 5"}},
		{"waiting", countWaiting, []any{channel, "visitor 5", 1, "send", 2000}},
		{"head", selectDelivery, []any{channel, "visitor 5", 1}},
		{"parked for a message", selectParkedFor, []any{channel, "name 5"}},
		{"state of the search", selectSearchState, nil},
		{"what is indexed", selectIndexed, []any{[]core.SessionID{session, session + 1}}},
		{"who took part", selectTookPart, []any{[]core.SessionID{session, session + 1}}},
		{"sessions of another name", selectRenamed, []any{[]core.SessionID{session, session + 1}}},
		{"a session's newest stretches", selectPartsBefore, []any{session, 100, 10}}, {"a session's oldest stretches", selectPartsAfter, []any{session, 0, 10}},
		{"stretches of sessions", selectStretchesOf, []any{[]core.SessionID{session, session + 1}}},
		{"stretches", selectStretches, []any{[]int64{5, 6}}},
		{"messages of stretches", selectStretchMessages, []any{[]int64{5, 6}, 32, 32}},
		{"messages within", selectMessagesWithin, []any{session, 1, 32}},
		{"sessions with an agent", selectWithAgent, []any{agent, []core.SessionID{session, session + 1}}},
		{"words of blocks", selectBlockWords, []any{[]int64{5, 6}, []string{"w5", "w6"}}},
		{"words of blocks between", selectBlockBetween, []any{[]int64{5, 6}, "w5", "w6"}},
		{"open sessions by state", selectSessionsFigures, nil},
		{"history of a switch", selectSwitched, []any{departments[0], newest, 0, newest, "a", "%a%", []core.AgentID{0, agent}, 51}},
		{"who waits", selectCrowd, []any{departments[0], 51}},
		{"queues", selectQueueFigures, nil},
		{"what bindings are to have", selectBindingsFigures, []any{core.MaxFigure, core.MaxFigure}},
		{"what hooks are to be told", selectHooksFigures, []any{core.MaxFigure, core.MaxFigure}},
		{"who follows the log", selectFollowed, []any{100, 100, 100}},
		{"key of a scope", countScoped, []any{"hash", "metrics"}},
		{"line of customers", selectLine, []any{departments[0], 2000}},
		{"sessions that nobody has joined", selectUnmet, nil},
		{"who answered last", selectLastAnswer, []any{session}},
		{"session of a message", selectSessionOf, []any{2000}},
		{"message by its seq", selectMessageBySeq, []any{session, 1}},
		{"operators who receive", countReceivingIn, []any{1, departments[0]}},
		{"when a customer was seen", selectCustomerSeen, []any{session}},
		{"line of a queue", selectWaiting, []any{departments[0], 0, newest, 51}},
		{"first of a queue", selectFirst, []any{departments[0]}},
		{"who receives", selectReceiving, []any{departments[0], 1}},
		{"whether anybody receives", selectReceives, []any{departments[0], 1}},
		{"candidates", selectCandidates, []any{1, departments[0], []core.AgentID{agent}}},
		{"load", selectOneLoad, []any{agent}},
		records("records", RecordFilter{}), records("records of a type", RecordFilter{Type: 5}), records("records of a department", RecordFilter{Department: departments[0]}),
		records("records that wait", RecordFilter{State: core.RecordOwed}),
		{"accounts that say something", selectAccountsSaying, []any{500, "email=c5@example.test", []string{"email=c5@example.test", "plan=free"}, 2, newest, 20}},
		{"login", selectLogin, []any{"hash"}},
		{"agent by login", selectAgentByLogin, []any{agent}},
		{"agent by key", selectAgentByKey, []any{"hash"}},
	}
}

// BlockedAt gives the newest block of a channel's customer, also one that has ended; NotFound if there was none.
func (s *Store) BlockedAt(ctx context.Context, c core.ChannelID, remote core.RemoteID) (core.Blocked, error) {
	return one[core.Blocked](ctx, s, "store.BlockedAt", selectBlocked+`WHERE channel = ? AND remote = ?`, c, string(remote))
}
