package slack

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"

	"github.com/slack-go/slack"

	"parley/core"
)

// command is what somebody typed after /parley: https://docs.slack.dev/interactivity/implementing-slash-commands
type command struct {
	Text string `json:"text"`
	User string `json:"user_id"`
	Team string `json:"team_id"`
}

func readCommand(body []byte) (command, error) {
	var c command
	if err := json.Unmarshal(body, &c); err != nil {
		return c, fmt.Errorf("read the command: %w", err)
	}
	return c, nil
}

func commandOf(form url.Values) command {
	return command{Text: form.Get("text"), User: form.Get("user_id"), Team: form.Get("team_id")}
}

// What /parley answers.
const (
	sayHelp = "/parley link CODE makes you known to Parley; you get the code in its workspace.\n" +
		"/parley mine lists your open sessions.\n" +
		"/parley away, /parley busy and /parley back tell colleagues whether you work.\n" +
		"In the thread of a session, what you write goes to the customer. What begins with // is a note for colleagues.\n" +
		"In a channel that keeps replies inside, what you write is a note, too; !r TEXT goes to the customer, and so does what the button Reply… sends.\n" +
		"What begins with a mention of a colleague is sent only when you say so.\n" +
		"!take, !release, !close, !join and !assign NAME do what the buttons do.\n" +
		"!transfer DEPARTMENT puts the session into another department's queue, !unanswered closes it as one that nobody has answered.\n" +
		"!priority low, normal, high or urgent says how much it matters; !tag WORDS and !untag WORDS put tags on it and take them off.\n" +
		"!language de, en or another tag says which language the customer speaks.\n" +
		"!block day, 24h, 7d or forever ends the session and keeps the customer out for that time; !unblock lets them in again.\n" +
		"!snooze 30m, 2h or 3d puts the session aside for so long, !snooze alone until the customer writes; !unsnooze brings it back.\n" +
		"!record offers to create a record from the session, such as a complaint, where the department has any; !record NAME says which."
	sayCodeMissing = "Write the code after it: /parley link CODE. You get one in Parley's workspace."
	sayCodeWrong   = "This code is wrong, was used, or is older than ten minutes. Make a new one in Parley's workspace."
	sayTooOften    = "That were too many tries. Wait ten minutes, then make a new code in Parley's workspace."
	sayNothingMine = "You have no open sessions."
)

// command answers what somebody typed. Only they see it.
func (a *Adapter) command(ctx context.Context, c command) reply {
	if c.User == "" {
		return reply{}
	}
	verb, rest, _ := strings.Cut(strings.TrimSpace(c.Text), " ")
	switch strings.ToLower(verb) {
	case "link":
		return a.link(ctx, c, strings.TrimSpace(rest))
	case "mine":
		return a.mine(ctx, c)
	case "away", "busy", "back":
		return a.availability(ctx, c, commandAvailability[strings.ToLower(verb)])
	}
	return private(richPost(sayHelp, line(words(sayHelp))))
}

// private answers a command.
func private(p post) reply {
	return reply{body: map[string]any{"response_type": "ephemeral", "text": escaped(p.text), "blocks": p.blocks}}
}

func privately(text string) reply { return private(richPost(text, line(words(text)))) }

// link makes somebody known as the agent who was given the code.
func (a *Adapter) link(ctx context.Context, c command, code string) reply {
	who, err := a.admit(ctx, c.Team, c.User)
	switch {
	case err != nil:
		return privately(sayBusy)
	case who.bar != "" && who.bar != sayUnlinked && who.bar != sayDisabled: // what they are linked to may change
		return privately(barredPress(who.bar))
	case code == "":
		return privately(sayCodeMissing)
	case !a.codes.allow(c.User, a.config.Clock()):
		return privately(sayTooOften)
	}
	agent, err := a.config.Desk.Link(ctx, person(a.settings.Team, c.User), code)
	switch {
	case passing(err):
		return privately(sayBusy)
	case core.KindOf(err) == core.Invalid || core.KindOf(err) == core.NotFound:
		return privately(sayCodeWrong)
	case err != nil:
		return privately(why(notDone, err))
	}
	a.received()
	r := privately("You are " + agent.Agent.Name + " in Parley now. What you write in the thread of a session goes to the customer as " +
		agent.Agent.PublicName + ", unless the channel keeps replies inside; what begins with // stays with colleagues.")
	r.after = func(ctx context.Context) { a.showHome(ctx, c.User, false, "") }
	return r
}

// mine lists somebody's open sessions.
func (a *Adapter) mine(ctx context.Context, c command) reply {
	who, err := a.admit(ctx, c.Team, c.User)
	switch {
	case err != nil:
		return privately(sayBusy)
	case who.bar != "":
		return privately(barredPress(who.bar))
	}
	all, err := a.config.Desk.Mine(ctx, who.agent)
	switch {
	case err != nil:
		return privately(why(notDone, err))
	case len(all) == 0:
		return privately(sayNothingMine)
	}
	text := many(int64(len(all)), "open session")
	return private(richPost(text, append([]slack.RichTextElement{line(strong(text))}, a.list(all)...)...))
}

// list shows sessions, one on each line.
func (a *Adapter) list(all []core.Card) []slack.RichTextElement {
	var lines []slack.RichTextElement
	for _, c := range all {
		sign, _ := standing(c)
		name := fmt.Sprintf("#%d %s", c.Number, customerOf(c))
		title := strong(name)
		if a.config.Public != "" {
			title = slack.NewRichTextSectionLinkElement(workspace(c, a.config.Public), name, nil)
		}
		state := " · " + c.Team
		if c.WaitingSince != 0 {
			state += " · the customer waits"
		}
		for _, m := range c.Marks.Telling() {
			state += " · " + markSaid(m)
		}
		if c.Preview != "" {
			state += " · " + c.Preview
		}
		lines = append(lines, line(emoji(sign), words(" "), title, words(state)))
	}
	return lines
}
