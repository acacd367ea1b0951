package slack

import (
	"encoding/json"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"parley/core"
)

// Slack's limits of windows: https://docs.slack.dev/reference/views/modal-views, and of what is in them
// https://docs.slack.dev/reference/block-kit. A type has fewer fields, and a choice fewer choices, than a window and a list take.
const (
	maxTitle = 24      // runes
	maxView  = 250_000 // bytes of a whole window
	maxURL   = 3000    // bytes
)

// errLargeForm says that a form has no room in Slack.
var errLargeForm = &core.Error{Op: opBarred, Kind: core.Invalid, Reason: "This form is too large for a window in Slack. Create the record in Parley's workspace."}

// fits says whether Slack takes a window.
func fits(view slack.ModalViewRequest) error {
	text, err := json.Marshal(view)
	if err != nil { // words and numbers always marshal
		panic(err)
	}
	if len(text) > maxView {
		return errLargeForm
	}
	return nil
}

// blockOf names the block of a field, so that what was written for one type is not shown for another.
func blockOf(t core.RecordType, f core.Field) string { return t.ID.String() + "/" + f.Name }

// fieldBlocks are the fields of a form, each with what it begins with.
func fieldBlocks(form core.RecordForm) ([]slack.Block, error) {
	var blocks []slack.Block
	for _, f := range form.Fields {
		begins := form.Values[f.Name]
		if utf8.RuneCountInString(begins) > maxInput {
			return nil, errLargeForm
		}
		var help *slack.TextBlockObject
		if strings.TrimSpace(f.Help) != "" {
			help = plainText(f.Help)
		}
		block := slack.NewInputBlock(blockOf(form.RecordType, f), plainText(f.Label), help, inputOf(f, begins))
		blocks = append(blocks, block.WithOptional(!f.Required))
	}
	return blocks, nil
}

// inputOf is what a field is written in.
func inputOf(f core.Field, begins string) slack.BlockElement {
	switch f.Kind {
	case core.FieldNumber:
		return slack.NewNumberInputBlockElement(nil, f.Name, true).WithInitialValue(begins)
	case core.FieldEmail:
		input := slack.NewEmailTextInputBlockElement(nil, f.Name)
		input.InitialValue = begins
		return input
	case core.FieldDate:
		input := slack.NewDatePickerBlockElement(f.Name)
		input.InitialDate = begins
		return input
	case core.FieldChoice:
		list := slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, plainText("Choose"), f.Name)
		for i, choice := range f.Choices {
			list.Options = append(list.Options, choiceOf(strconv.Itoa(i), choice))
			if choice == begins {
				list.InitialOption = list.Options[i]
			}
		}
		return list
	case core.FieldCheckbox:
		yes := slack.NewOptionBlockObject("true", plainText("Yes"), nil)
		input := slack.NewCheckboxGroupsBlockElement(f.Name, yes)
		if begins == "true" {
			input.InitialOptions = []*slack.OptionBlockObject{yes}
		}
		return input
	}
	input := slack.NewPlainTextInputBlockElement(nil, f.Name).WithMultiline(long(f, begins))
	input.InitialValue = begins
	return input
}

// choiceOf is a choice in a list; what does not go on one line of it goes on the next.
func choiceOf(value, choice string) *slack.OptionBlockObject {
	runes := []rune(choice)
	if len(runes) <= maxLabel {
		return slack.NewOptionBlockObject(value, plainText(choice), nil)
	}
	rest := "…" + string(runes[maxLabel-1:])
	return slack.NewOptionBlockObject(value, plainText(string(runes[:maxLabel-1])+"…"), plainText(clipped(rest, maxLabel)))
}

// long tells whether a text goes over lines: but for what is called like something short, it may.
func long(f core.Field, begins string) bool {
	if strings.ContainsAny(begins, "\r\n") {
		return true
	}
	if f.Kind == core.FieldPhone {
		return false
	}
	for _, word := range []string{"name", "customer", "subject", "title", "summary", "language", "priority", "session", "number", "phone", "mail"} {
		if strings.Contains(f.Name, word) {
			return false
		}
	}
	return true
}

// valueOf reads what was written in a field, as core writes it.
func (p press) valueOf(t core.RecordType, f core.Field) string {
	in := p.View.State.Values[blockOf(t, f)][f.Name]
	switch f.Kind {
	case core.FieldCheckbox:
		return strconv.FormatBool(len(in.Options) > 0)
	case core.FieldDate:
		return in.Date
	case core.FieldChoice:
		if in.Selected == nil {
			return ""
		}
		i, err := strconv.Atoi(in.Selected.Value)
		if err != nil || i < 0 || i >= len(f.Choices) {
			return in.Selected.Value // which is none, and refused as such
		}
		return f.Choices[i]
	}
	return in.Value
}

// firstField names the first block of a window in which something is written: where Slack shows an error that has no field of its own.
func (p press) firstField() string {
	for _, b := range p.View.Blocks {
		if b.Type == string(slack.MBTInput) {
			return b.ID
		}
	}
	return callRecord
}

// safeLink is an address that Slack takes for a link, and whose place is on the web; "" of any other.
func safeLink(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || len(address) > maxURL {
		return ""
	}
	return address
}
