package channels

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"time"

	"parley/core"
)

// ReadSettings reads a channel's document into an adapter's settings: one JSON object, without members that the settings do not
// have. The error is Invalid.
func ReadSettings(document json.RawMessage, settings any) error {
	d := json.NewDecoder(bytes.NewReader(document))
	d.DisallowUnknownFields()
	if err := d.Decode(settings); err != nil {
		return badSettings("cannot be read", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return badSettings("have something after their end", nil)
	}
	return nil
}

// Rated is the part of a channel's settings that sets its rates where the usual ones of its kind do not fit: for accounts to which
// the network allows more, and for tests. An adapter embeds it in its settings.
type Rated struct {
	Rates Rates `json:"rates,omitzero"`
}

// Rates override those of core.Capabilities; nil: as usual.
type Rates struct {
	Conversation *Rate `json:"conversation,omitempty"`
	Channel      *Rate `json:"channel,omitempty"`
}

// Rate is a core.Rate as settings say it.
type Rate struct {
	Calls   int `json:"calls"`
	Seconds int `json:"seconds"`
	Burst   int `json:"burst"`
}

// Limits on rates.
const (
	maxCalls   = 100_000
	maxSeconds = 3600
)

// Check says whether the rates can be kept. The error is Invalid.
func (r Rates) Check() error {
	for _, rate := range []*Rate{r.Conversation, r.Channel} {
		if rate != nil && (min(rate.Calls, rate.Seconds, rate.Burst) < 1 || max(rate.Calls, rate.Burst) > maxCalls || rate.Seconds > maxSeconds) {
			return &core.Error{Op: "channels.Rates", Kind: core.Invalid, Field: "rates", Reason: "are out of bounds"}
		}
	}
	return nil
}

// Of gives the capabilities with these rates.
func (r Rates) Of(c core.Capabilities) core.Capabilities {
	if r.Conversation != nil {
		c.ConversationRate = r.Conversation.rate()
	}
	if r.Channel != nil {
		c.ChannelRate = r.Channel.rate()
	}
	return c
}

func (r Rate) rate() core.Rate {
	return core.Rate{Calls: r.Calls, Per: time.Duration(r.Seconds) * time.Second, Burst: r.Burst}
}

func badSettings(reason string, err error) error {
	return &core.Error{Op: "channels.ReadSettings", Kind: core.Invalid, Field: "settings", Reason: reason, Err: err}
}
