package slack

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/slack-go/slack"

	"parley/channels"
	"parley/core"
)

// What windows, and the shortcuts that open some, are called in Slack's calls. Their one field is called as they are.
const (
	callAssign = "assign"
	callNote   = "note"
	callReply  = "reply"
	callBlock  = "block"
	callRecord = "record" // its fields are called as its type's are
)

const (
	maxOptions = 100 // in one group of a list
	maxGroups  = 100
	maxLabel   = 75   // runes
	maxInput   = 3000 // … of what a window's field begins with
)

// about is what a window remembers of what it is about. Slack keeps it, and gives it back signed.
type about struct {
	Session core.SessionID    `json:"session"`
	Version int64             `json:"version"` // of the session, or the type, when the window was opened
	Room    string            `json:"room"`
	Type    core.RecordTypeID `json:"type,omitzero"` // of the record that is created
}

func (b about) text() string {
	text, err := json.Marshal(b)
	if err != nil { // words and numbers always marshal
		panic(err)
	}
	return string(text)
}

// openFilled opens a window and then fills it: a trigger lives three seconds, so the window opens before anything is looked up. Where there is an error,
// the window says why.
func (a *Adapter) openFilled(ctx context.Context, p press, callback, title string, filling func(context.Context) (slack.ModalViewRequest, error)) {
	view, err := a.api.api.OpenViewContext(ctx, p.Trigger, window(callback, title, "", "", section("One moment …")))
	if err != nil {
		a.config.Log.InfoContext(ctx, "a window was not opened", "window", callback, "error", asked("slack.openFilled", err))
	} else {
		err = a.fill(ctx, view.ID, callback, title, filling)
	}
	if err != nil {
		a.whisper(ctx, p.room(), p.thread(), p.User.ID, sayLate)
	}
}

// fill puts another window in the place of one.
func (a *Adapter) fill(ctx context.Context, id, callback, title string, filling func(context.Context) (slack.ModalViewRequest, error)) error {
	filled, err := filling(ctx)
	if err != nil {
		filled = window(callback, title, "", "", section(whyActing(err)))
	}
	if _, err = a.api.api.UpdateViewContext(ctx, filled, "", "", id); err != nil {
		a.config.Log.InfoContext(ctx, "a window was not filled", "window", callback, "error", asked("slack.fill", err))
	}
	return err
}

// opBarred marks the error that has for its reason, whole, why something is not done.
const opBarred = "slack.admit"

// whyActing says why nothing was done.
func whyActing(err error) string {
	if e, ok := errors.AsType[*core.Error](err); ok && e.Op == opBarred {
		return e.Reason
	}
	return why(notDone, err)
}

// acting gives the agent who has pressed something; the error says why they may not act.
func (a *Adapter) acting(ctx context.Context, p press) (core.Actor, error) {
	who, err := a.admit(ctx, p.team(), p.User.ID)
	if err == nil && who.bar != "" {
		err = &core.Error{Op: opBarred, Kind: core.Forbidden, Reason: barredPress(who.bar)}
	}
	return who.agent, err
}

// openAssign asks to whom a session is to be assigned.
func (a *Adapter) openAssign(ctx context.Context, p press, session core.SessionID) {
	a.openFilled(ctx, p, callAssign, "Assign session", func(ctx context.Context) (slack.ModalViewRequest, error) {
		return a.assignWindow(ctx, p, session)
	})
}

// assignWindow is the window with those to whom the session can be assigned.
func (a *Adapter) assignWindow(ctx context.Context, p press, session core.SessionID) (slack.ModalViewRequest, error) {
	var none slack.ModalViewRequest
	who, err := a.acting(ctx, p)
	if err != nil {
		return none, err
	}
	card, err := a.config.Desk.Card(ctx, who, session)
	if err != nil {
		return none, err
	}
	all, err := a.config.Desk.Operators(ctx, who, card.Department)
	switch {
	case err != nil:
		return none, err
	case card.State == core.Over:
		return none, &core.Error{Op: "slack.assign", Kind: core.Ended}
	case len(all) == 0:
		return none, &core.Error{Op: "slack.assign", Kind: core.Forbidden, Reason: "The department has no operators."}
	}
	list := slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, plainText("Choose somebody"), callAssign)
	if options := optionsOf(all); len(options) <= maxOptions {
		list.Options = options
	} else {
		list.OptionGroups = groupsOf(options)
	}
	kept := about{Session: session, Version: card.Version, Room: p.room()}
	field := slack.NewInputBlock(callAssign, plainText("Operator"), nil, list)
	return window(callAssign, "Assign session", "Assign", kept.text(), field), nil
}

func optionsOf(all []core.Colleague) []*slack.OptionBlockObject {
	var options []*slack.OptionBlockObject
	for _, agent := range all {
		name := channels.CleanName(agent.Name)
		if name == "" {
			name = agent.ID.String()
		}
		standing := beside(agent)
		name = clipped(name, maxLabel-len(standing)) + standing
		options = append(options, slack.NewOptionBlockObject(agent.ID.String(), plainText(name), nil))
	}
	return options
}

// groupsOf lists more options than one list takes, by what they begin with.
func groupsOf(options []*slack.OptionBlockObject) []*slack.OptionGroupBlockObject {
	var groups []*slack.OptionGroupBlockObject
	for len(options) > 0 && len(groups) < maxGroups {
		n := min(len(options), maxOptions)
		label := clipped(options[0].Text.Text, maxLabel/2-2) + " – " + clipped(options[n-1].Text.Text, maxLabel/2-2)
		groups = append(groups, slack.NewOptionGroupBlockElement(plainText(label), options[:n]...))
		options = options[n:]
	}
	return groups
}

// submitAssign assigns the session of a window. What is wrong is told at the field.
func (a *Adapter) submitAssign(ctx context.Context, p press) reply {
	var b about
	if err := json.Unmarshal([]byte(p.View.Metadata), &b); err != nil || b.Session == 0 {
		return fieldError(callAssign, sayOld)
	}
	chosen := p.View.State.Values[callAssign][callAssign].Selected
	if chosen == nil {
		return fieldError(callAssign, "Choose somebody.")
	}
	to, err := core.ParseID[core.AgentID](chosen.Value)
	if err != nil {
		return fieldError(callAssign, "Choose somebody.")
	}
	d := core.Assign{Session: b.Session, To: to, Version: b.Version}
	if word := a.pressed(ctx, p, d, b.Room, "v/"+p.View.ID+"/"+to.String()); word != "" {
		return fieldError(callAssign, word)
	}
	return reply{}
}

// openAt opens a window about the session of a message.
func (a *Adapter) openAt(ctx context.Context, p press, open func(context.Context, press, core.SessionID)) {
	tell := func(text string) { a.whisper(ctx, p.room(), p.thread(), p.User.ID, text) }
	root := p.thread()
	if root == "" {
		root = p.Message.TS
	}
	at := core.Address{Conversation: core.RemoteID(p.room()), Thread: core.RemoteID(root)}
	session, err := a.config.Desk.Session(ctx, at)
	switch {
	case core.KindOf(err) == core.NotFound:
		tell("There is no session here: this belongs to the thread of one.")
	case err != nil:
		tell(sayBusy)
	default:
		open(ctx, p, session)
	}
}

// openInput opens a window in which a text is written about a session.
func (a *Adapter) openInput(ctx context.Context, p press, callback string, session core.SessionID, title, button, label, begun string) {
	input := slack.NewPlainTextInputBlockElement(nil, callback).WithMultiline(true)
	if begun != "" {
		input.InitialValue = clipped(begun, maxInput)
	}
	field := slack.NewInputBlock(callback, plainText(label), nil, input)
	view := window(callback, title, button, about{Session: session, Room: p.room()}.text(), field)
	if _, err := a.api.api.OpenViewContext(ctx, p.Trigger, view); err != nil {
		a.config.Log.InfoContext(ctx, "a window was not opened", "error", asked("slack.openInput", err))
		a.whisper(ctx, p.room(), p.thread(), p.User.ID, sayLate)
	}
}

// submitInput does a deed with the text of a window. Nobody has said it in the room, so it is shown there.
func (a *Adapter) submitInput(ctx context.Context, p press, callback, lost string, deed func(core.SessionID, string) core.Deed) reply {
	var b about
	if err := json.Unmarshal([]byte(p.View.Metadata), &b); err != nil || b.Session == 0 {
		return fieldError(callback, sayOld)
	}
	d := deed(b.Session, p.View.State.Values[callback][callback].Value)
	if err := d.Check(); err != nil {
		return fieldError(callback, why(lost, err))
	}
	if word := a.pressed(ctx, p, d, "", "v/"+p.View.ID); word != "" {
		return fieldError(callback, word)
	}
	return reply{}
}

// words is what the message says on which a shortcut was used; "" of a card, which nobody has said. Nobody is looked up: there is no time.
func (p press) words() string {
	if p.thread() == "" {
		return ""
	}
	text := content(message{Text: p.Message.Text, Blocks: p.Message.Blocks}.spoken(), func(string) string { return "" }).Text
	if note, ok := noteOf(text); ok {
		return note
	}
	return text
}

// openNote opens a window in which a note is written. It begins with the message on which it was asked for.
func (a *Adapter) openNote(ctx context.Context, p press, session core.SessionID) {
	a.openInput(ctx, p, callNote, session, "Note", "Keep", "Only colleagues see it", p.words())
}

func (a *Adapter) submitNote(ctx context.Context, p press) reply {
	return a.submitInput(ctx, p, callNote, notKept, func(s core.SessionID, text string) core.Deed { return core.Note{Session: s, Text: text} })
}

// fieldError keeps a window open, with a sentence at its field.
func fieldError(field, text string) reply {
	return reply{body: map[string]any{"response_action": "errors", "errors": map[string]string{field: text}}}
}

// window is a window; without a word for its button it only shows something.
func window(callback, title, button, kept string, blocks ...slack.Block) slack.ModalViewRequest {
	v := slack.ModalViewRequest{
		Type: slack.VTModal, CallbackID: callback, Title: plainText(title), Close: plainText("Cancel"), PrivateMetadata: kept,
		Blocks: slack.Blocks{BlockSet: blocks},
	}
	if button != "" {
		v.Submit = plainText(button)
	}
	return v
}

func section(text string) slack.Block { return slack.NewSectionBlock(plainText(text), nil, nil) }
