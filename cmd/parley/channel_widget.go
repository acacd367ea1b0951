package main

import (
	"cmp"
	"encoding/json"
	"fmt"

	"parley/channels/widget"
	"parley/core"
)

// lookChange is what is given of a widget's look.
type lookChange struct {
	Color    *string `placeholder:"#RRGGBB" help:"A widget: the brand's colour. What is written on it is white or dark, as can be read. Parley's own if empty."`
	Position *string `placeholder:"SIDE" help:"A widget: left or right. If empty, the side where lines end on the page."`
	Closed   *string `placeholder:"HOW" help:"A widget: what is shown while its department takes no new sessions: notice, which stands where customers write, or hidden. The notice if empty."`
}

// apply changes what was given. The error names the flag.
func (l lookChange) apply(to *widget.Look) error {
	if l.Color != nil {
		to.Color = *l.Color
	}
	if l.Position != nil {
		to.Position = *l.Position
	}
	if l.Closed != nil {
		to.Closed = *l.Closed
	}
	return to.Check()
}

// textChange is what is given of a widget's texts.
type textChange struct {
	Title    *string `help:"A widget: what stands above it until an agent joins. The department's name if empty."`
	Greeting *string `help:"A widget: the line that asks customers to write. The widget's own if empty."`
}

// apply changes what was given. The error names the flag.
func (t textChange) apply(to *widget.Texts) error {
	if t.Title != nil {
		to.Title = *t.Title
	}
	if t.Greeting != nil {
		to.Greeting = *t.Greeting
	}
	return to.Check()
}

// widgetChange is what can be set anew of a widget.
type widgetChange struct {
	Files *bool `negatable:"" help:"A widget: let customers send files, or not."`
	lookChange
	textChange
}

// given names a flag that was, "" if none.
func (w widgetChange) given() string {
	switch {
	case w.Files != nil:
		return "--files"
	case w.Color != nil:
		return "--color"
	case w.Position != nil:
		return "--position"
	case w.Closed != nil:
		return "--closed"
	case w.Title != nil:
		return "--title"
	case w.Greeting != nil:
		return "--greeting"
	}
	return ""
}

// apply gives a widget's settings with what was given; flag names some of that.
func (w widgetChange) apply(c core.Channel, flag string) (json.RawMessage, error) {
	if c.Kind != widget.Kind {
		return nil, &badInput{flag, "is for widgets: other channels have no such setting"}
	}
	settings, err := widget.ParseSettings(c.Settings)
	if err != nil {
		return nil, err
	}
	if w.Files != nil {
		settings.Files = *w.Files
	}
	if err := cmp.Or(w.lookChange.apply(&settings.Look), w.textChange.apply(&settings.Texts)); err != nil {
		return nil, err
	}
	document, err := json.Marshal(settings)
	if err != nil {
		return nil, fmt.Errorf("write settings down: %w", err)
	}
	return document, nil
}
