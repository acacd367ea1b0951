package slack

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"parley/core"
)

// kind says what an event comes to.
type kind string

const (
	didNothing kind = ""
	didSay     kind = "say"
	didEdit    kind = "edit"
	didDelete  kind = "delete"
	didEcho    kind = "echo"    // a post of ours has come back
	didVisit   kind = "visit"   // somebody has opened the app's home
	didRest    kind = "rest"    // somebody is not to be disturbed, or is again
	didDoubt   kind = "doubt"   // the app may have been removed
	didStrange kind = "strange" // something that a customer may have said, in a form that did not exist when this was written
)

// doing is what somebody did in Slack, as far as it matters to us.
type doing struct {
	kind   kind
	room   string
	thread string // its root; "": not in a thread
	parent string // who has posted that, where Slack tells it
	ts     string // the message
	at     string // when it was done
	edit   string // of an edit: what tells this edit from others of the message
	team   string // of who did it; "": the channel's
	user   string
	mark   string // of an echo
	rest   resting
	msg    slack.Msg

	attached []attachment // its files
	lost     bool         // of an edit: a file was deleted
	gained   bool         // of an edit: a file has come
	fixed    bool         // of an edit: the words are as before
	more     extra
}

// remote names the message.
func (d doing) remote() core.RemoteID { return remote(d.room, d.ts) }

// key names the message in what the adapter remembers.
func (d doing) key() string { return string(d.remote()) }

func (d doing) lane() string { return d.room + "/" + d.thread }

// envelope is what every event comes in: https://docs.slack.dev/apis/events-api/#event-object
type envelope struct {
	Type      string          `json:"type"`
	Challenge string          `json:"challenge"`
	Team      string          `json:"team_id"`
	Event     json.RawMessage `json:"event"`
}

// message is an event of type message. Its parts are read by themselves, so that a form that did not exist when this was written hides
// no more than itself: https://docs.slack.dev/reference/events/message
type message struct {
	Subtype  string          `json:"subtype"`
	Channel  string          `json:"channel"`
	User     string          `json:"user"`
	Team     string          `json:"team"`
	UserTeam string          `json:"user_team"`
	BotID    string          `json:"bot_id"`
	AppID    string          `json:"app_id"`
	Text     string          `json:"text"`
	TS       string          `json:"ts"`
	Thread   string          `json:"thread_ts"`
	Parent   string          `json:"parent_user_id"`
	EventTS  string          `json:"event_ts"`
	Deleted  string          `json:"deleted_ts"`
	Blocks   json.RawMessage `json:"blocks"`
	Metadata json.RawMessage `json:"metadata"`
	Files    json.RawMessage `json:"files"`
	Shares   json.RawMessage `json:"attachments"`
	Profile  json.RawMessage `json:"user_profile"`
	Edited   struct {
		TS string `json:"ts"`
	} `json:"edited"`
	Message  *message `json:"message"`
	Previous *message `json:"previous_message"`
}

// receive reads an event_callback. What we do not know, or do not want, is ignored; the error is for what is no event.
func receive(s Settings, body []byte) (doing, error) {
	var e envelope
	var named struct {
		Type string `json:"type"`
		User any    `json:"user"`
		Tab  string `json:"tab"`

		DND json.RawMessage `json:"dnd_status"`
	}
	if err := json.Unmarshal(body, &e); err != nil {
		return doing{}, fmt.Errorf("read the envelope: %w", err)
	}
	if e.Type != "event_callback" || e.Team != "" && e.Team != s.Team {
		return doing{}, nil
	}
	if err := json.Unmarshal(e.Event, &named); err != nil {
		return doing{}, fmt.Errorf("read the event: %w", err)
	}
	switch named.Type {
	case "message", "app_mention": // the same twice, if the app is told of both
		var m message
		if err := json.Unmarshal(e.Event, &m); err != nil {
			return doing{}, nil // it has a form that did not exist when this was written
		}
		d := m.read(s)
		if d.kind == didStrange {
			d.more.raw = string(e.Event)
		}
		return d, nil
	case "app_home_opened":
		if user, ok := named.User.(string); ok && (named.Tab == "" || named.Tab == "home") {
			return doing{kind: didVisit, user: user}, nil
		}
	case "dnd_updated_user":
		var r resting
		if user, ok := named.User.(string); ok && json.Unmarshal(named.DND, &r) == nil {
			return doing{kind: didRest, user: user, rest: r}, nil
		}
	case "app_uninstalled", "tokens_revoked":
		return doing{kind: didDoubt}, nil
	}
	return doing{}, nil
}

// read says what a message event comes to.
func (m message) read(s Settings) doing {
	d := doing{room: m.Channel, thread: m.Thread, parent: m.Parent, ts: m.TS, at: m.EventTS, team: m.UserTeam, user: m.User}
	if d.team == "" {
		d.team = m.Team
	}
	if d.at == "" {
		d.at = m.TS
	}
	if !aRoom.MatchString(d.room) && !direct(d.room) || d.at == "" {
		return doing{}
	}
	switch m.Subtype {
	case "message_changed":
		return m.readChange(s, d)
	case "message_deleted":
		return m.readDeletion(s, d)
	case "", "thread_broadcast", "file_share", "me_message", "bot_message":
	default:
		return m.readStrange(s, d)
	}
	switch {
	case m.ours(s):
		if d.kind, d.mark, d.attached = didEcho, m.mark(), m.attached(); d.mark == "" && len(d.attached) == 0 {
			return doing{}
		}
		return d
	case m.BotID != "" || m.Subtype == "bot_message" || m.User == "" || !d.matters(s):
		return doing{}
	}
	d.kind, d.msg, d.attached, d.more = didSay, m.spoken(), m.attached(), m.extra()
	return d
}

// readChange reads an edit. Slack tells of one, too, when it unfurls a link or counts an answer; then the words are as before.
func (m message) readChange(s Settings, d doing) doing {
	now, before := m.Message, m.Previous
	if now == nil || now.TS == "" {
		return doing{}
	}
	if now.Subtype == "tombstone" {
		if before == nil {
			return doing{}
		}
		m.Deleted = now.TS
		return m.readDeletion(s, d)
	}
	if before != nil {
		is, was := now.living(), before.living()
		d.lost, d.gained = without(was, is), without(is, was)
		d.fixed = now.Text == before.Text && string(now.Blocks) == string(before.Blocks)
		switch {
		case d.fixed && !d.lost && !d.gained:
			return doing{}
		case d.lost && len(is) == 0 && strings.TrimSpace(now.Text) == "": // nothing is left of it
			m.Deleted = now.TS
			return m.readDeletion(s, d)
		}
	}
	d.concerns(now)
	if d.thread == "" && before != nil {
		d.thread = before.Thread
	}
	if now.ours(s) || now.BotID != "" || now.User == "" || !d.matters(s) {
		return doing{}
	}
	if d.edit = now.Edited.TS; d.edit == "" {
		d.edit = d.at
	}
	d.kind, d.msg, d.attached, d.more = didEdit, now.spoken(), now.attached(), now.extra()
	d.attached = slices.DeleteFunc(d.attached, attachment.deleted)
	return d
}

// readDeletion reads a deletion. Slack does not say who has done it: it counts as the author's.
func (m message) readDeletion(s Settings, d doing) doing {
	was := m.Previous
	if was == nil || m.Deleted == "" || was.ours(s) || was.BotID != "" || was.User == "" {
		return doing{}
	}
	d.concerns(was)
	d.ts = m.Deleted
	if !d.matters(s) {
		return doing{}
	}
	if d.kind = didDelete; s.serves(d.room) {
		d.msg, d.more = was.spoken(), was.extra()
	}
	return d
}

// concerns takes over which message it is about, and whose that is.
func (d *doing) concerns(m *message) {
	d.ts, d.user, d.thread, d.parent = m.TS, m.User, m.Thread, m.Parent
	if d.team = m.UserTeam; d.team == "" {
		d.team = m.Team
	}
}

// inThread tells whether it is about an answer in a thread, and not its root.
func (d doing) inThread() bool { return d.thread != "" && d.thread != d.ts }

// matters tells whether what is said there may be for us.
func (d doing) matters(s Settings) bool { return d.inThread() || s.serves(d.room) }

// ours tells whether the app has posted it. Slack leaves out, here and there, all but one of the signs.
func (m message) ours(s Settings) bool {
	return m.User == s.Bot || s.App != "" && m.AppID == s.App
}

// mark reads the mark of a post of ours.
func (m message) mark() string {
	var data slack.SlackMetadata
	if json.Unmarshal(m.Metadata, &data) != nil {
		return ""
	}
	return marked(data)
}

// spoken is what the message says. Blocks that cannot be read leave its text.
func (m message) spoken() slack.Msg {
	var blocks slack.Blocks
	if len(m.Blocks) > 0 && json.Unmarshal(m.Blocks, &blocks) != nil {
		blocks = slack.Blocks{}
	}
	return slack.Msg{Text: m.Text, Blocks: blocks}
}
