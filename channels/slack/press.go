package slack

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/slack-go/slack"

	"parley/core"
)

// press is what somebody did with a button, a window or a shortcut: https://docs.slack.dev/reference/interaction-payloads
type press struct {
	Type     string `json:"type"`
	Callback string `json:"callback_id"`
	Trigger  string `json:"trigger_id"`
	Response string `json:"response_url"` // takes what replaces the message with the button
	User     struct {
		ID   string `json:"id"`
		Team string `json:"team_id"`
	} `json:"user"`
	Team *struct {
		ID string `json:"id"`
	} `json:"team"`
	Channel   struct{ ID string } `json:"channel"`
	Container struct {
		TS      string `json:"message_ts"`
		Channel string `json:"channel_id"`
		Thread  string `json:"thread_ts"`
	} `json:"container"`
	Message struct {
		TS     string          `json:"ts"`
		Thread string          `json:"thread_ts"`
		Text   string          `json:"text"`
		Blocks json.RawMessage `json:"blocks"`
	} `json:"message"`
	Actions []struct {
		Action   string `json:"action_id"`
		Value    string `json:"value"`
		Selected *struct {
			Value string `json:"value"`
		} `json:"selected_option"`
	} `json:"actions"`
	View struct {
		ID       string `json:"id"`
		Callback string `json:"callback_id"`
		Metadata string `json:"private_metadata"`
		Blocks   []struct {
			Type string `json:"type"`
			ID   string `json:"block_id"`
		} `json:"blocks"`
		State struct {
			Values map[string]map[string]input `json:"values"` // by the names of their blocks and their own
		} `json:"state"`
	} `json:"view"`
}

// input is what stands in a field of a window.
type input struct {
	Value    string `json:"value"`
	Date     string `json:"selected_date"`
	Selected *struct {
		Value string `json:"value"`
	} `json:"selected_option"`
	Options []struct{} `json:"selected_options"`
}

func readPress(body []byte) (press, error) {
	var p press
	if err := json.Unmarshal(body, &p); err != nil {
		return p, fmt.Errorf("read the interaction: %w", err)
	}
	return p, nil
}

func (p press) room() string { return cmp.Or(p.Channel.ID, p.Container.Channel) }

// team is that of who pressed.
func (p press) team() string {
	if p.User.Team == "" && p.Team != nil {
		return p.Team.ID
	}
	return p.User.Team
}

// thread is the one in which the button is; "" for a card's, which is seen in the room.
func (p press) thread() string {
	thread := cmp.Or(p.Message.Thread, p.Container.Thread)
	if thread == cmp.Or(p.Message.TS, p.Container.TS) {
		return ""
	}
	return thread
}

// press does what a press comes to. Slack does not send it again, so nothing passes: who pressed is told.
func (a *Adapter) press(ctx context.Context, p press) reply {
	switch {
	case p.User.ID == "":
		return reply{}
	case p.Type == "block_actions" && len(p.Actions) > 0 && p.Actions[0].Action == pressAvailability:
		return a.chooseAvailability(ctx, p)
	case p.Type == "block_actions" && len(p.Actions) > 0 && p.Actions[0].Action == pressType:
		return a.chooseType(ctx, p)
	case p.Type == "block_actions" && len(p.Actions) > 0:
		return a.button(ctx, p, p.Actions[0].Action, p.Actions[0].Value)
	case p.Type == "message_action" && p.Callback == callNote:
		return reply{after: func(ctx context.Context) { a.openAt(ctx, p, a.openNote) }}
	case p.Type == "message_action" && p.Callback == callReply:
		return reply{after: func(ctx context.Context) { a.openAt(ctx, p, a.openReply) }}
	case p.Type == "message_action" && p.Callback == callRecord:
		return reply{after: func(ctx context.Context) {
			a.openAt(ctx, p, func(ctx context.Context, p press, s core.SessionID) { a.openRecord(ctx, p, s, 0) })
		}}
	case p.Type == "view_submission" && p.View.Callback == callRecord:
		return a.submitRecord(ctx, p)
	case p.Type == "view_submission" && p.View.Callback == callAssign:
		return a.submitAssign(ctx, p)
	case p.Type == "view_submission" && p.View.Callback == callBlock:
		return a.submitBlock(ctx, p)
	case p.Type == "view_submission" && p.View.Callback == callNote:
		return a.submitNote(ctx, p)
	case p.Type == "view_submission" && p.View.Callback == callReply:
		return a.submitReply(ctx, p)
	}
	return reply{}
}

// button does what a button says, as its action and its value.
func (a *Adapter) button(ctx context.Context, p press, action, value string) reply {
	tell := func(text string) reply {
		return reply{after: func(ctx context.Context) { a.whisper(ctx, p.room(), p.thread(), p.User.ID, text) }}
	}
	switch action {
	case pressOpen:
		return reply{}
	case pressSend, pressKeep:
		return a.choose(ctx, p, action, value)
	}
	named, message, _ := strings.Cut(value, "/")
	session, err := core.ParseID[core.SessionID](named)
	if err != nil {
		return tell(sayOld)
	}
	var d core.Deed
	switch action {
	case pressTake:
		d = core.Take{Session: session}
	case pressRelease:
		d = core.Release{Session: session}
	case pressJoin:
		d = core.Join{Session: session}
	case pressClose:
		d = core.End{Session: session}
	case pressUnblock:
		d = core.Unblock{Session: session}
	case pressBlock:
		return reply{after: func(ctx context.Context) { a.openBlock(ctx, p, session) }}
	case pressRetry:
		about, err := core.ParseID[core.EventID](message)
		if err != nil {
			return tell(sayOld)
		}
		d = core.Retry{Session: session, Message: about}
	case pressAssign:
		return reply{after: func(ctx context.Context) { a.openAssign(ctx, p, session) }}
	case pressRecord:
		of, err := core.ParseID[core.RecordTypeID](message)
		if err != nil && message != "" {
			return tell(sayOld)
		}
		return reply{after: func(ctx context.Context) { a.openRecord(ctx, p, session, of) }}
	case pressReply:
		return reply{after: func(ctx context.Context) { a.openReply(ctx, p, session) }}
	default:
		return tell(sayOld)
	}
	if p.Trigger == "" { // Slack always sends one, and a new one with each press
		p.Trigger = core.NewToken().Reveal()
	}
	if word := a.pressed(ctx, p, d, p.room(), "p/"+p.Trigger); word != "" {
		return tell(word)
	}
	if _, err := a.config.Desk.Surface(ctx, core.RemoteID(p.room())); core.KindOf(err) == core.NotFound {
		return tell(sayNoSurface)
	}
	return reply{}
}

// maxDedupe is less than core takes.
const maxDedupe = 90

// pressed does a deed of somebody who pressed something, and gives what they are to be told: "" if it is done. What they say by it counts as
// said in the room, unless that is "".
func (a *Adapter) pressed(ctx context.Context, p press, d core.Deed, room, dedupe string) string {
	if len(dedupe) > maxDedupe {
		dedupe = core.HashToken(core.Secret(dedupe))
	}
	who, err := a.admit(ctx, p.team(), p.User.ID)
	switch {
	case err != nil:
		return sayBusy
	case who.bar != "":
		return barredPress(who.bar)
	}
	if _, err = a.config.Desk.Do(ctx, who.agent, d, core.Said{Room: core.RemoteID(room)}, dedupe); err != nil {
		if stale(err) {
			a.renew(ctx, d.On(), room)
		}
		return why(notDone, err)
	}
	a.received()
	return ""
}

// stale tells whether what was pressed may show what is no longer so.
func stale(err error) bool {
	switch core.KindOf(err) {
	case core.Taken, core.Ended, core.NotFound, core.Gone:
		return true
	}
	return false
}

// renew has a card made anew. Nothing depends on it.
func (a *Adapter) renew(ctx context.Context, session core.SessionID, room string) {
	if room == "" {
		return
	}
	if err := a.config.Desk.Renew(ctx, session, core.RemoteID(room)); err != nil {
		a.config.Log.InfoContext(ctx, "a card was not made anew", "error", err)
	}
}

// barredPress is what somebody is told who may not press: bar is about what was said.
func barredPress(bar string) string {
	return strings.Replace(bar, "Nothing was sent:", "Nothing was done:", 1)
}

// plainText is a text that is nothing but that.
func plainText(s string) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.PlainTextType, s, false, false)
}
