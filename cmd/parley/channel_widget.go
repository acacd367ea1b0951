package main

import (
	"encoding/json"
	"fmt"

	"parley/channels/widget"
	"parley/core"
)

// lookChange is what is given of a widget's look.
type lookChange struct {
	Color    *string `placeholder:"#RRGGBB" help:"A widget: the brand's colour. What is written on it is white or dark, as can be read. Parley's own if empty."`
	Position *string `placeholder:"SIDE" help:"A widget: left or right. If empty, the side where lines end on the page."`
}

// apply changes what was given. The error names the flag.
func (l lookChange) apply(to *widget.Look) error {
	if l.Color != nil {
		to.Color = *l.Color
	}
	if l.Position != nil {
		to.Position = *l.Position
	}
	return to.Check()
}

// widgetChange is what can be set anew of a widget.
type widgetChange struct {
	Files *bool `negatable:"" help:"A widget: let customers send files, or not."`
	lookChange
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
	if err := w.lookChange.apply(&settings.Look); err != nil {
		return nil, err
	}
	document, err := json.Marshal(settings)
	if err != nil {
		return nil, fmt.Errorf("write settings down: %w", err)
	}
	return document, nil
}
