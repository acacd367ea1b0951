package slack

import (
	"cmp"
	"context"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"

	"parley/core"
)

const (
	youngTime = 2 * time.Minute // in which what is not known yet may become known: Slack sends again after one
	patchStep = 50 * time.Millisecond
)

// reply is what an event, a press or a command is answered with.
type reply struct {
	body  any                   // nil: nothing
	after func(context.Context) // what is still to do when Slack has its answer; may be nil
}

// do does what somebody did in a thread. The error passes: Slack shall send it again. What is said where there is no session is none of
// our business, and is not even looked at.
func (a *Adapter) do(ctx context.Context, d doing) (reply, error) {
	if a.settings.serves(d.room) {
		agents, err := a.console(ctx, d)
		switch {
		case err != nil:
			return reply{}, err
		case !agents:
			return a.hear(ctx, d)
		case !d.inThread() || d.kind == didStrange:
			return reply{}, nil
		}
	}
	s, err := a.session(ctx, d)
	if core.KindOf(err) == core.NotFound {
		return reply{}, nil
	}
	if err != nil {
		return reply{}, err
	}
	who, err := a.admit(ctx, d.team, d.user)
	switch {
	case err != nil:
		return reply{}, err
	case who.bar != "":
		a.handled.add(d.key())
		return a.explain(d, who), nil
	}
	t := task{Adapter: a, doing: d, session: s, who: who.agent}
	switch d.kind {
	case didSay:
		err = t.say(ctx)
	case didEdit:
		err = t.edit(ctx)
	case didDelete:
		err = t.erase(ctx)
	}
	if err != nil {
		return reply{}, err
	}
	a.handled.add(d.key())
	return t.reply(), nil
}

// session gives the session of the thread. That of a card that was posted a moment ago may not be known yet, and people are quick: so it is
// waited for, once in each thread.
func (a *Adapter) session(ctx context.Context, d doing) (core.SessionID, error) {
	at := core.Address{Conversation: core.RemoteID(d.room), Thread: core.RemoteID(d.thread)}
	for waited := time.Duration(0); ; waited += patchStep {
		s, err := a.config.Desk.Session(ctx, at)
		if core.KindOf(err) != core.NotFound || !a.young(d.thread) {
			return s, err
		}
		if waited >= a.pace.patch || a.others.has(d.lane()) {
			if a.roots.has(d.lane()) || d.parent == a.settings.Bot { // it is ours, so it will be known
				return s, &core.Error{Op: "slack.session", Kind: core.Unavailable, RetryAfter: time.Second, Err: err}
			}
			a.others.add(d.lane())
			return s, err
		}
		wait(ctx, patchStep)
		if ctx.Err() != nil {
			return 0, ctx.Err()
		}
	}
}

// young tells whether a message is so new that not all may be known of it.
func (a *Adapter) young(ts string) bool {
	whole, _, _ := strings.Cut(ts, ".")
	seconds, err := strconv.ParseInt(whole, 10, 64)
	age := a.config.Clock().Sub(time.Unix(seconds, 0))
	return err == nil && age < youngTime && age > -youngTime
}

// explain tells somebody once in a thread why nothing is sent.
func (a *Adapter) explain(d doing, who admission) reply {
	if d.kind != didSay || who.bot || !a.told.add(d.user+" "+d.lane()) {
		return reply{}
	}
	return reply{after: func(ctx context.Context) { a.whisper(ctx, d.room, d.thread, d.user, who.bar) }}
}

// task is something that an agent did in a session's thread.
type task struct {
	*Adapter
	doing
	session core.SessionID
	who     core.Actor
	word    string    // what they are told, "" for nothing
	refused core.Kind // why a deed was not done, "" if it was
	offer   *post     // what they are shown instead of a word; nil: nothing
}

func (t *task) reply() reply {
	if t.offer != nil {
		return reply{after: func(ctx context.Context) { t.showTo(ctx, t.room, t.thread, t.user, *t.offer) }}
	}
	if t.word == "" {
		return reply{}
	}
	return reply{after: func(ctx context.Context) { t.whisper(ctx, t.room, t.thread, t.user, t.word) }}
}

// deed does a deed. What is refused is told to the agent; the error passes. ok: it is done.
func (t *task) deed(ctx context.Context, d core.Deed, message core.RemoteID, dedupe, lost string) (done core.Done, ok bool, err error) {
	done, err = t.config.Desk.Do(ctx, t.who, d, core.Said{Room: core.RemoteID(t.room), Thread: core.RemoteID(t.thread), Remote: message}, dedupe)
	switch {
	case passing(err):
		return done, false, err
	case err != nil:
		t.word, t.refused = why(lost, err), core.KindOf(err)
		return done, false, nil
	}
	t.received()
	return done, true, nil
}

// say answers the customer, keeps a note, or does what a word says.
func (t *task) say(ctx context.Context) error {
	if t.erased.has(t.key()) {
		return nil
	}
	c, left, err := t.said(ctx)
	if err != nil {
		return err
	}
	if left == "" || !blank(c) {
		if err := t.speak(ctx, c); err != nil {
			return err
		}
	}
	t.tell(left)
	return nil
}

// speak does what a message means.
func (t *task) speak(ctx context.Context, c core.Content) error {
	note, isNote := noteOf(c.Text)
	word, rest := wordOfText(c.Text)
	meant, isReply := purposely(c)
	switch {
	case isNote && note == "" && len(c.Media) == 0:
		t.word = sayEmptyNote
		return nil
	case isNote:
		_, _, err := t.deed(ctx, core.Note{Session: t.session, Text: note, Media: c.Media}, t.remote(), t.key(), notKept)
		return err
	case isReply:
		return t.answer(ctx, meant)
	case word != "":
		err := t.order(ctx, word, rest)
		if len(c.Media) > 0 {
			t.tell(sayWordFiles)
		}
		return err
	case hiddenNote(c.Text):
		_, ok, err := t.deed(ctx, core.Note{Session: t.session, Text: c.Text, Media: c.Media}, t.remote(), t.key(), notKept)
		if ok {
			t.word = sayHiddenNote
		}
		return err
	}
	return t.utter(ctx, c)
}

// edit changes a message as its author has. A reply that becomes a note is taken back from the customer; a note never becomes a reply.
func (t *task) edit(ctx context.Context) error {
	m, err := t.known(ctx)
	if err != nil {
		return err
	}
	if later, known := t.edits.get(t.key()); known && t.doing.edit < string(later) {
		return nil // another edit has overtaken this one
	}
	c, left, err := t.said(ctx)
	if err != nil {
		return err
	}
	t.edits.add(t.key(), core.RemoteID(t.doing.edit))
	if m.ID == 0 {
		return t.askAnew(ctx, c, left)
	}
	if !t.fixed {
		if err := t.rewrite(ctx, m, c); err != nil {
			return err
		}
	}
	switch there := m.DeletedAt == 0; {
	case there && t.gained:
		t.tell(sayFileLate)
	case there && t.lost:
		t.tell(sayFileStays)
	}
	return nil
}

// rewrite does what a message means that has other words than before.
func (t *task) rewrite(ctx context.Context, m core.Event, c core.Content) error {
	note, isNote := noteOf(c.Text)
	if !isNote && !m.Note() && hiddenNote(c.Text) {
		note, isNote = c.Text, true
	}
	_, isReply := purposely(c)
	dedupe := t.key() + "/e" + t.doing.edit
	switch word, _ := wordOfText(c.Text); {
	case m.DeletedAt != 0 && !isNote:
		t.word = sayWasWithdrawn
		return nil
	case strings.TrimSpace(c.Text) == "": // there is a file, or Slack would not allow it
		t.word = sayTextStays
		return nil
	case m.Note() && !isNote:
		return t.stays(ctx, m, c, dedupe)
	case m.Note() && note == "" && m.Text == "": // a file that is a note, told again
		return nil
	case m.Note():
		_, _, err := t.deed(ctx, core.Edit{Session: m.Session, Message: m.ID, Text: cmp.Or(note, "//")}, t.remote(), dedupe, notChanged)
		return err
	case isNote:
		return t.withdraw(ctx, m, core.Note{Session: m.Session, Text: note, Media: c.Media})
	case word != "" && !isReply:
		t.word = sayWordEdited
		return nil
	}
	return t.revise(ctx, m, c, dedupe)
}

// withdraw takes a reply back that has become a note. The message is called the note from then on. It may be done again: each step is
// done once.
func (t *task) withdraw(ctx context.Context, m core.Event, note core.Note) error {
	done, ok, err := t.deed(ctx, core.Delete{Session: m.Session, Message: m.ID}, t.remote(), t.key()+"/w"+t.doing.edit, notChanged)
	if err != nil {
		return err
	}
	if !ok {
		if m.DeletedAt != 0 {
			t.word = sayWasWithdrawn
		}
		return nil
	}
	word := sayWithdrawn
	if done.Event.Reason != "" {
		word = sayNowNote + " " + done.Event.Reason
	}
	if note.Text != "" || len(note.Media) > 0 {
		if _, ok, err = t.deed(ctx, note, t.remote(), t.key()+"/n"+t.doing.edit, notKept); err != nil {
			return err
		}
	}
	if ok {
		t.word = word
	}
	return nil
}

// erase takes a message back that its author has deleted.
func (t *task) erase(ctx context.Context) error {
	t.erased.add(t.key())
	m, err := t.config.Desk.Message(ctx, t.remote())
	if core.KindOf(err) == core.NotFound || err == nil && m.DeletedAt != 0 {
		return nil
	}
	if err != nil {
		return err
	}
	done, ok, err := t.deed(ctx, core.Delete{Session: m.Session, Message: m.ID}, t.remote(), t.key()+"/d", notDeleted)
	if ok {
		t.word = done.Event.Reason // such as that it stays with the customer
	}
	return err
}

// known gives the message that an edit is about; none, if it was not sent. One that was not looked at yet may still come, so Slack shall
// tell of the edit again.
func (t *task) known(ctx context.Context) (core.Event, error) {
	m, err := t.config.Desk.Message(ctx, t.remote())
	switch {
	case err == nil:
		return m, nil
	case core.KindOf(err) != core.NotFound:
		return core.Event{}, err
	case t.handled.has(t.key()) || !t.young(t.ts):
		return core.Event{}, nil
	}
	return core.Event{}, &core.Error{Op: "slack.edit", Kind: core.Unavailable, RetryAfter: time.Second, Err: err}
}

// unseen tells whether a character shows nothing: space, or a mark that only tells how to show others.
func unseen(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) }

// noteOf gives what a note says. ok: it is one, because it begins with //.
func noteOf(text string) (note string, ok bool) {
	text, ok = strings.CutPrefix(strings.TrimLeftFunc(text, unseen), "//")
	return strings.TrimFunc(text, unseen), ok
}

// hiddenNote tells whether a text means to be a note, but has something before the sign: marks that were typed, a bullet, an emoji.
func hiddenNote(text string) bool {
	text = strings.ReplaceAll(shortcode.ReplaceAllString(text, ""), "／", "/")
	before, _, found := strings.Cut(text, "//")
	return found && !strings.ContainsFunc(before, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) || r == '/' })
}

// shortcode is an emoji as Slack writes it in a text.
var shortcode = regexp.MustCompile(`:[a-z0-9_+'-]+:`)
