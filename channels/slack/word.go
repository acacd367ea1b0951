package slack

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"parley/core"
)

// order does what a word in the thread says.
func (t *task) order(ctx context.Context, word, rest string) error {
	var d core.Deed
	switch word {
	case "take", "release", "close", "unanswered", "join", "unblock", "unsnooze":
		if rest != "" {
			word = ""
		}
	}
	switch word {
	case "record":
		return t.offerRecord(ctx, rest)
	case "take":
		d = core.Take{Session: t.session}
	case "release":
		d = core.Release{Session: t.session}
	case "close":
		d = core.End{Session: t.session}
	case "unanswered":
		d = core.Unanswered{Session: t.session}
	case "block":
		d = core.Block{Session: t.session, For: termOf(rest)}
	case "unblock":
		d = core.Unblock{Session: t.session}
	case "snooze":
		span, ok := spanOf(rest)
		if !ok {
			t.word = sayNoSpan
			return nil
		}
		d = core.Snooze{Session: t.session}
		if span != 0 {
			d = core.Snooze{Session: t.session, Until: core.At(t.config.Clock()).Add(span)}
		}
	case "unsnooze":
		d = core.Unsnooze{Session: t.session}
	case "join":
		d = core.Join{Session: t.session}
	case "assign":
		to, err := t.named(ctx, rest)
		if err != nil || t.word != "" {
			return err
		}
		d = core.Assign{Session: t.session, To: to}
	case "transfer":
		to, err := t.department(ctx, rest)
		if err != nil || t.word != "" {
			return err
		}
		d = core.Transfer{Session: t.session, To: to}
	case "priority":
		d = core.Prioritise{Session: t.session, Priority: core.Priority(strings.ToLower(rest))}
	case "language":
		d = core.SetLanguage{Session: t.session, Language: core.Language(rest)}
	case "tag", "untag":
		tags := tagsOf(rest)
		if len(tags) == 0 {
			t.word = sayNoTag
			return nil
		}
		if d = (core.Tag{Session: t.session, Add: tags}); word == "untag" {
			d = core.Tag{Session: t.session, Remove: tags}
		}
	default:
		t.word = sayNoWord
		return nil
	}
	_, _, err := t.deed(ctx, d, "", t.key(), notDone)
	if word == "take" {
		t.word += takeHints[t.refused]
	}
	return err
}

// takeHints is what else can be done where a session cannot be taken.
var takeHints = map[core.Kind]string{
	core.Taken:     " To take it over, write !assign and your own name.",
	core.Full:      " So does an answer to the customer.",
	core.Forbidden: " Operators take sessions; to give this one to somebody, write !assign and their name.",
}

// named finds the operator whom the agent has named or mentioned. Where there is not just one, the agent is told.
func (t *task) named(ctx context.Context, name string) (core.AgentID, error) {
	if _, mention, ok := strings.Cut(t.msg.Text, "<@"); ok {
		user := mention[:max(strings.IndexAny(mention, "|>"), 0)]
		agent, err := t.config.Desk.Agent(ctx, person(t.settings.Team, user))
		if err == nil || passing(err) {
			return agent.Agent.ID, err
		}
	}
	card, err := t.config.Desk.Card(ctx, t.who, t.session)
	if err == nil {
		var all []core.Colleague
		if all, err = t.config.Desk.Operators(ctx, t.who, card.Department); err == nil {
			found := match(all, strings.TrimPrefix(name, "@"), func(a core.Colleague) []string { return []string{a.Name, a.PublicName} })
			switch len(found) {
			case 0:
				t.word = sayNobody
			case 1:
				return found[0].ID, nil
			default:
				t.word = sayWhich
			}
			return 0, nil
		}
	}
	if passing(err) {
		return 0, err
	}
	t.word = why(notDone, err)
	return 0, nil
}

// department finds the department that the agent has named. Where there is not just one, the agent is told.
func (t *task) department(ctx context.Context, name string) (core.DepartmentID, error) {
	all, err := t.config.Desk.Departments(ctx)
	if passing(err) {
		return 0, err
	}
	if err != nil {
		t.word = why(notDone, err)
		return 0, nil
	}
	found := match(all, name, func(d core.Department) []string { return []string{d.Name, d.Slug} })
	if len(found) != 1 {
		t.word = sayNoDepartment
		return 0, nil
	}
	return found[0].ID, nil
}

// match finds those that are called so, wholly or, if there are none, to begin with.
func match[V any](all []V, name string, called func(V) []string) []V {
	name = strings.ToLower(strings.TrimSpace(name))
	var whole, begun []V
	for _, v := range all {
		names := called(v)
		if slices.ContainsFunc(names, func(s string) bool { return strings.ToLower(s) == name }) {
			whole = append(whole, v)
		}
		if name != "" && slices.ContainsFunc(names, func(s string) bool { return strings.HasPrefix(strings.ToLower(s), name) }) {
			begun = append(begun, v)
		}
	}
	if len(whole) > 0 {
		return whole
	}
	return begun
}

// spanOf reads how long, such as 30m, 2h or 3d; nothing is zero. False: it is none of these.
func spanOf(text string) (time.Duration, bool) {
	if text == "" {
		return 0, true
	}
	number, unit := text[:len(text)-1], map[string]time.Duration{"m": time.Minute, "h": time.Hour, "d": 24 * time.Hour}[strings.ToLower(text[len(text)-1:])]
	n, err := strconv.ParseUint(number, 10, 16) // so many days are no overflow
	return time.Duration(n) * unit, err == nil && n > 0 && unit != 0
}

// tagsOf gives the tags that follow a word: one each, or, where there are commas, those between them.
func tagsOf(text string) (tags []string) {
	parts := strings.Fields(text)
	if strings.Contains(text, ",") {
		parts = strings.Split(text, ",")
	}
	for _, tag := range parts {
		if tag = strings.TrimPrefix(core.FoldTag(tag), "#"); tag != "" {
			tags = append(tags, tag)
		}
	}
	return tags
}

// wordOfText gives the word that a text begins with, after "!", in small letters, and what follows it; "" if it begins otherwise: with a sign
// or another "!".
func wordOfText(text string) (word, rest string) {
	text, ok := strings.CutPrefix(strings.TrimFunc(text, unseen), "!")
	if first, _ := utf8.DecodeRuneInString(text); !ok || !unicode.IsLetter(first) {
		return "", ""
	}
	if end := strings.IndexFunc(text, unicode.IsSpace); end >= 0 {
		return strings.ToLower(text[:end]), strings.TrimSpace(text[end:])
	}
	return strings.ToLower(text), ""
}
