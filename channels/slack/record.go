package slack

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"strings"

	"github.com/slack-go/slack"

	"parley/channels"
	"parley/core"
)

// What people are told of records.
const (
	sayNoTypes   = "Nothing is created from this department's sessions: an admin has to say first what it may be."
	sayNoType    = "Nothing was created: no kind of record, or more than one, is called so. This department has: "
	sayTypeGone  = "Nothing was created: this kind of record is not offered any more. Copy what you need, and close this window."
	sayTypeNew   = "Nothing was created: an admin has changed this form since you opened it. Copy what you need, close this window, and open it again."
	sayTypeOther = "Nothing was created: you have chosen another kind, whose fields are still on their way. Try again in a moment."
	sayRecord    = "What it is goes into a window:"
	sayThere     = "Somebody has created the same record already: there is one."
)

const titleRecord = "Create a record"

// openRecord opens a window in which a record is created from a session; of, where it is not zero, is its type.
func (a *Adapter) openRecord(ctx context.Context, p press, session core.SessionID, of core.RecordTypeID) {
	a.openFilled(ctx, p, callRecord, titleRecord, func(ctx context.Context) (slack.ModalViewRequest, error) {
		return a.recordWindow(ctx, p, about{Session: session, Room: p.room(), Type: of})
	})
}

// chooseType fills the window with the fields of a type that somebody has chosen in it.
func (a *Adapter) chooseType(ctx context.Context, p press) reply {
	var b about
	chosen := p.Actions[0].Selected
	if err := json.Unmarshal([]byte(p.View.Metadata), &b); err != nil || b.Session == 0 || chosen == nil {
		return reply{}
	}
	of, err := core.ParseID[core.RecordTypeID](chosen.Value)
	if err != nil {
		return reply{}
	}
	b.Type = of
	return reply{after: func(ctx context.Context) {
		err := a.fill(ctx, p.View.ID, callRecord, titleRecord, func(ctx context.Context) (slack.ModalViewRequest, error) {
			return a.recordWindow(ctx, p, b)
		})
		if err != nil {
			a.whisper(ctx, b.Room, "", p.User.ID, sayLate)
		}
	}}
}

// recordWindow is the window in which one creates a record: with a list of what it may be, where that is more than one, and with the fields of the type
// that b names.
func (a *Adapter) recordWindow(ctx context.Context, p press, b about) (slack.ModalViewRequest, error) {
	var none slack.ModalViewRequest
	who, err := a.acting(ctx, p)
	if err != nil {
		return none, err
	}
	forms, err := a.config.Desk.RecordForms(ctx, who, b.Session)
	switch {
	case err != nil:
		return none, err
	case len(forms) == 0:
		a.renew(ctx, b.Session, b.Room)
		return none, &core.Error{Op: opBarred, Kind: core.Gone, Reason: sayNoTypes}
	case len(forms) == 1 && b.Type == 0:
		b.Type = forms[0].ID
	}
	var blocks []slack.Block
	if len(forms) > 1 {
		blocks = append(blocks, typesBlock(forms, b.Type))
	}
	if b.Type == 0 {
		return window(callRecord, titleRecord, "", b.text(), blocks...), nil
	}
	form, ok := formOf(forms, b.Type)
	if !ok {
		return none, &core.Error{Op: opBarred, Kind: core.Gone, Reason: sayTypeGone}
	}
	b.Version = form.Version
	fields, err := fieldBlocks(form)
	if err != nil {
		return none, err
	}
	view := window(callRecord, clipped(channels.CleanName(form.Name), maxTitle), "Create", b.text(), append(blocks, fields...)...)
	return view, fits(view)
}

func formOf(forms []core.RecordForm, of core.RecordTypeID) (core.RecordForm, bool) {
	for _, f := range forms {
		if f.ID == of {
			return f, true
		}
	}
	return core.RecordForm{}, false
}

// typesBlock is the list of the types. Its name changes with what is chosen, or Slack would show what was chosen before.
func typesBlock(forms []core.RecordForm, chosen core.RecordTypeID) slack.Block {
	list := slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, plainText("Choose"), pressType)
	for _, f := range forms {
		list.Options = append(list.Options, slack.NewOptionBlockObject(f.ID.String(), plainText(clipped(f.Name, maxLabel)), nil))
		if f.ID == chosen {
			list.InitialOption = list.Options[len(list.Options)-1]
		}
	}
	return slack.NewSectionBlock(plainText("What is it?"), nil, slack.NewAccessory(list), slack.SectionBlockOptionBlockID(pressType+"/"+chosen.String()))
}

// submitRecord creates the record of a window. What is wrong is told at its field.
func (a *Adapter) submitRecord(ctx context.Context, p press) reply {
	var b about
	first := p.firstField()
	if err := json.Unmarshal([]byte(p.View.Metadata), &b); err != nil || b.Session == 0 || b.Type == 0 {
		return fieldError(first, sayOld)
	}
	who, err := a.acting(ctx, p)
	if err != nil {
		return fieldError(first, whyActing(err))
	}
	forms, err := a.config.Desk.RecordForms(ctx, who, b.Session)
	if err != nil {
		return fieldError(first, why(notDone, err))
	}
	form, ok := formOf(forms, b.Type)
	switch chosen := p.View.State.Values[pressType+"/"+b.Type.String()][pressType].Selected; {
	case !ok:
		a.renew(ctx, b.Session, b.Room)
		return fieldError(first, sayTypeGone)
	case form.Version != b.Version:
		return fieldError(first, sayTypeNew)
	case chosen != nil && chosen.Value != b.Type.String():
		return fieldError(first, sayTypeOther)
	}
	d := core.CreateRecord{Session: b.Session, Type: b.Type, Version: b.Version, Fields: core.FieldValues{}}
	for _, f := range form.Fields {
		if v := p.valueOf(form.RecordType, f); v != "" {
			d.Fields[f.Name] = v
		}
	}
	said, err := json.Marshal(d.Fields)
	if err != nil { // words always marshal
		panic(err)
	}
	key := core.HashToken(core.Secret("v/" + p.View.ID + "/" + string(said)))
	done, err := a.config.Desk.Do(ctx, who, d, core.Said{}, key)
	if err != nil {
		return fieldError(placeOf(form.RecordType, err, first), whyRecord(form.RecordType, err))
	}
	a.received()
	if done.Event.ID == 0 {
		return reply{after: func(ctx context.Context) { a.whisper(ctx, b.Room, "", p.User.ID, sayThere) }}
	}
	return reply{}
}

// placeOf gives the block at which an error is told: its field's, or the first.
func placeOf(t core.RecordType, err error, first string) string {
	e, _ := errors.AsType[*core.Error](err)
	for _, f := range t.Fields {
		if e != nil && e.Field == "fields."+f.Name {
			return blockOf(t, f)
		}
	}
	return first
}

// whyRecord says why no record was created.
func whyRecord(t core.RecordType, err error) string {
	e, _ := errors.AsType[*core.Error](err)
	switch {
	case e == nil || passing(err):
		return sayBusy
	case e.Kind == core.Gone:
		return sayTypeGone
	case e.Kind == core.Taken:
		return sayTypeNew
	case e.Kind == core.NotFound && e.Field == "type": // the session is another department's now
		return sayTypeGone
	case e.Kind == core.Invalid && placeOf(t, err, "") != "":
		return "This " + e.Reason + "."
	case e.Kind == core.Invalid && e.Field == "fields":
		return "The fields " + e.Reason + "."
	}
	return why(notDone, err)
}

// offerRecord answers the word for a record: with a button, for Slack opens windows for whoever presses something only.
func (t *task) offerRecord(ctx context.Context, name string) error {
	forms, err := t.config.Desk.RecordForms(ctx, t.who, t.session)
	switch {
	case passing(err):
		return err
	case err != nil:
		t.word = why(notDone, err)
		return nil
	case len(forms) == 0:
		t.word = sayNoTypes
		return nil
	}
	value, label := t.session.String(), titleRecord+"…"
	if name != "" {
		found := match(forms, name, func(f core.RecordForm) []string { return []string{f.Name} })
		if len(found) != 1 {
			t.word = sayNoType + typeNames(forms) + "."
			return nil
		}
		value, label = value+"/"+found[0].ID.String(), clipped(channels.CleanName(found[0].Name), maxLabel-1)+"…"
	}
	p := richPost(sayRecord, line(words(sayRecord)))
	p.blocks = append(p.blocks, slack.NewActionBlock("", button(pressRecord, value, label)))
	t.offer = &p
	return nil
}

// typeNames lists types, those for which there is room.
func typeNames(forms []core.RecordForm) string {
	var names []string
	for _, f := range forms {
		names = append(names, f.Name)
	}
	return clipped(strings.Join(names, ", "), maxInput/2)
}

// recordLine is what a card shows of a record: what it is, where it is seen, and how far it has come.
func recordLine(c core.Card, r core.RecordMark, public string) slack.RichTextElement {
	title := clipped(channels.CleanName(cmp.Or(r.Title, r.Type)), maxRecall)
	named := words(title)
	if at := cmp.Or(safeLink(r.Address), recordsAt(c, public)); at != "" {
		named = slack.NewRichTextSectionLinkElement(at, title, nil)
	}
	return line(emoji("clipboard"), words(" "), strong(clipped(channels.CleanName(r.Type), maxShown)+": "), named, words(recordState(r)))
}

// recordsAt is where a record without an address of its own is seen: beside its session.
func recordsAt(c core.Card, public string) string {
	if public == "" {
		return ""
	}
	return workspace(c, public)
}

// recordState says how far a record has come.
func recordState(r core.RecordMark) string {
	reason := ""
	if r.Reason != "" {
		reason = " " + clipped(r.Reason, maxRecall)
	}
	switch r.State {
	case core.RecordOwed:
		return " · Saved here; it will reach its system when that answers." + reason
	case core.RecordParked:
		return " · Saved here, but its system does not take it as it is." + reason
	}
	if reason != "" { // it is not linked with the customer's account
		return " · Created." + reason
	}
	return " · Created"
}

// recordLines are what a card shows of its session's records.
func recordLines(c core.Card, public string) (lines []slack.RichTextElement) {
	for _, r := range c.Records {
		lines = append(lines, recordLine(c, r, public))
	}
	if more := c.Made - int64(len(c.Records)); more > 0 && len(lines) > 0 {
		lines = append(lines, line(words("and "+many(more, "more record")+" in the workspace")))
	}
	return lines
}
