package slack

import (
	"context"
	"errors"
	"time"

	"github.com/slack-go/slack"

	"parley/core"
)

// What people are told privately about themselves.
const (
	sayUnlinked = "Nothing was sent: Parley does not know which agent you are. Make a code in Parley's workspace, and type /parley link CODE in a channel, not in a thread."
	sayDisabled = "Nothing was sent: your agent in Parley is disabled."
	sayGuest    = "Nothing was sent: guests of this workspace cannot act in Parley."
	sayForeign  = "Nothing was sent: only members of this workspace can act in Parley."
	sayGone     = "Nothing was sent: this account is deactivated."
	sayBot      = "Bots cannot act in Parley."
)

// What people are told privately about what they did.
const (
	sayEmptyNote = "The note was not kept: there is nothing after //."
	sayNoWord    = "Nothing was sent: Parley does not know this word. It knows !r TEXT, !take, !release, !close, !unanswered, !join, !assign NAME, " +
		"!transfer DEPARTMENT, !priority LEVEL, !tag WORDS, !untag WORDS, !language TAG, !block TIME, !unblock and !record."
	sayNeverSent    = "This message was not sent, and your change was not either. Write it as a new message."
	sayHiddenNote   = "It was kept as a note, because of its //. The customer does not get it."
	sayWordEdited   = "Nothing was changed: words such as !take count when they are written, not by an edit."
	sayStaysNote    = "This stays a note: it was not sent to the customer. Write it as a new message to send it."
	sayWithdrawn    = "It is a note now, and was taken back from the customer, who may have read it."
	sayNowNote      = "It is a note now for colleagues."
	sayWasWithdrawn = "This message was taken back. Your change was not kept: write a new message."
	sayNobody       = "Nobody was assigned: no operator of the department is called so. Write !assign and a name as Parley shows it."
	sayWhich        = "Nobody was assigned: more than one operator is called so. Write the whole name."
	sayNoDepartment = "Nothing was transferred: no department, or more than one, is called so. Write !transfer and its whole name."
	sayNoSpan       = "Nothing was done: write for how long, such as !snooze 30m, 2h or 3d, or !snooze alone until the customer writes."
	sayNoTag        = "Nothing was done: write the tags after the word, such as !tag refund vip."
	sayLate         = "The window could not be opened: Slack allows three seconds for it. Please press again."
	sayBusy         = "Parley is busy or cannot reach its database. Nothing was done; please try again."
	sayNoSurface    = "It was done. This channel shows no sessions any more, and its cards stay as they were: look into Parley's workspace."
	sayOld          = "This button is too old: it names nothing that Parley knows."
)

// What was lost when a deed was refused.
const (
	notSent    = "Not sent."
	notKept    = "Not kept."
	notChanged = "Not changed in Parley."
	notDeleted = "Not taken back."
	notDone    = "Nothing was done."
)

// why says to people why a deed was refused.
func why(lost string, err error) string {
	e, ok := errors.AsType[*core.Error](err)
	if !ok {
		return sayBusy
	}
	switch {
	case e.Kind == core.Taken && e.Winner != "":
		return lost + " " + e.Winner + " has this session."
	case e.Kind == core.Taken:
		return lost + " Somebody else was first."
	case e.Kind == core.Full:
		return lost + " " + e.Reason + " The workspace does it all the same, when you say so there."
	case e.Kind == core.Ended:
		return lost + " The session has ended."
	case e.Kind == core.NotFound && e.Field == "message":
		return lost + " This message is not there any more."
	case e.Kind == core.NotFound:
		return lost + " Your agent does not see this session: it is a colleague's, or belongs to a department that is not yours."
	case passing(err):
		return sayBusy
	case e.Kind == core.Invalid && e.Field == "text":
		return lost + " The text " + e.Reason + "."
	case e.Kind == core.Invalid && e.Field == "message":
		return lost + " The message " + e.Reason + "."
	case e.Kind == core.Invalid && e.Field == "for":
		return lost + " The time of a block " + e.Reason + ": !block day, for the rest of the day."
	case e.Kind == core.Invalid && e.Field == "priority":
		return lost + " The priority " + e.Reason + "."
	case e.Kind == core.Invalid && e.Field == "language":
		return lost + " The language " + e.Reason + "."
	case e.Reason != "":
		return lost + " " + e.Reason
	case e.Kind == core.Forbidden:
		return lost + " You may not do this."
	}
	return lost + " Parley refuses it."
}

// privateTime is for telling somebody something. It is of no use later.
const privateTime = 10 * time.Second

// whisper tells one person something where only they see it: in a thread, or, where that is "", in the room. It is lost if Slack does not take it:
// nothing depends on it.
func (a *Adapter) whisper(ctx context.Context, room, thread, user, text string) {
	if text != "" {
		a.showTo(ctx, room, thread, user, richPost(text, line(words(text))))
	}
}

// showTo shows one person something, as whisper does.
func (a *Adapter) showTo(ctx context.Context, room, thread, user string, p post) {
	if user == "" || room == "" {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, privateTime)
	defer cancel()
	if err := a.show(ctx, room, thread, user, p); err != nil {
		a.config.Log.InfoContext(ctx, "a private word was not said", "error", asked("slack.whisper", err))
	}
}

// show posts something where only one person sees it, as whisper says.
func (a *Adapter) show(ctx context.Context, room, thread, user string, p post) error {
	options := append(p.options(), slack.MsgOptionBlocks(p.blocks...))
	if thread != "" {
		options = append(options, slack.MsgOptionTS(thread))
	}
	_, err := a.api.api.PostEphemeralContext(ctx, room, user, options...)
	if says(err, "user_not_in_channel", "not_in_channel") { // who presses a button need not be a member
		err = a.write(ctx, user, p)
	}
	return err
}

// write tells one person something as a direct message.
func (a *Adapter) write(ctx context.Context, user string, p post) error {
	c, _, _, err := a.api.api.OpenConversationContext(ctx, &slack.OpenConversationParameters{Users: []string{user}})
	if err != nil {
		return err
	}
	_, _, err = a.api.api.PostMessageContext(ctx, c.ID, append(p.options(), slack.MsgOptionBlocks(p.blocks...))...)
	return err
}
