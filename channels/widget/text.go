package widget

import (
	"cmp"

	"parley/core"
)

// Texts are what a panel says before anybody has said something. Its zero value leaves it to the widget.
type Texts struct {
	Title    string `json:"title,omitempty"`    // whom customers write to, until an agent joins; "": the department
	Greeting string `json:"greeting,omitempty"` // above where they write first
}

// Check says what is wrong with them. The error is Invalid, and names the field.
func (t Texts) Check() error {
	return cmp.Or(checkLine("title", t.Title), checkLine("greeting", t.Greeting))
}

func checkLine(field, s string) error {
	if s == "" {
		return nil
	}
	return core.CheckName(field, s)
}
