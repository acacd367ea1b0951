package core

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"time"
)

// Settings are what admins change at run time in how a department works. Each department has its own document of what was set for it
// (a JSON object with the members that differ), the installation has one for all of them, and what neither says is as shipped.
type Settings struct {
	AutoClose AutoClose `json:"auto_close" doc:"when sessions end because the customer is silent"`
	Abandon   Abandon   `json:"abandon" doc:"when a session that nobody has joined ends because its customer has left the site"`
	Reopen    Reopen    `json:"reopen" doc:"how long a session that has ended is opened again by what its customer writes"`
	Service   Service   `json:"service" doc:"how long customers may be kept before somebody is told"`
	Hours     Hours     `json:"hours" doc:"when the department works"`
	Sight     Sight     `json:"sight" doc:"what operators see of each other's work"`
	HandOff   HandOff   `json:"hand_off" doc:"when a session is taken from a holder who leaves its customer waiting"`

	Activation   Activation   `json:"activation" doc:"what closes the department to new sessions"`
	Countries    Countries    `json:"countries" doc:"from where customers of sites may begin sessions"`
	Distribution Distribution `json:"distribution" doc:"how sessions come to operators, and how many at once"`
	Queue        Queue        `json:"queue" doc:"what customers are told of the queue"`
	Bot          Bot          `json:"bot" doc:"the bot with which sessions begin"`
	Accounts     Accounts     `json:"accounts" doc:"where customers are matched with their accounts"`
}

// Shipped are the settings where nobody has set any.
var Shipped = Settings{
	AutoClose: AutoClose{Site: 1800, Warning: 300},
	Abandon:   Abandon{On: true, Seconds: 600},
	Reopen:    Reopen{Messenger: 24 * 3600},
	Sight:     Sight{Colleagues: true},
	HandOff: HandOff{
		FirstResponse: Timeout{Seconds: 60}, FollowUp: Timeout{Seconds: 180}, Absence: Timeout{On: true, Seconds: 120},
	},

	Distribution: Distribution{Strategy: Manual, LastAgent: Timeout{Seconds: 60}},
	Queue:        Queue{Show: ShowNumber},
	Bot:          Bot{Seconds: 30, Words: "human, agent, operator, person"},
}

// Seconds is a length of time in a document of settings; zero switches off what it is about.
type Seconds int64

// Time gives it as a duration.
func (s Seconds) Time() time.Duration { return time.Duration(s) * time.Second }

// MaxSeconds is the longest time that a setting can say: a year.
const MaxSeconds Seconds = 365 * 24 * 3600

// MaxSettings bounds a document of settings, in bytes.
const MaxSettings = 16 << 10

// Over gives the settings as a document changes them; what it does not name stays, and so does what this program does not know how to read,
// such as a setting of a newer one.
func (s Settings) Over(document []byte) Settings {
	changed := s
	if len(document) == 0 || json.Unmarshal(document, &changed) != nil || changed.Check() != nil {
		return s
	}
	return changed
}

// CheckOver says whether a document can change the settings as an admin wants it to. The error is Invalid, with the member's path.
func (s Settings) CheckOver(document []byte) error {
	if len(document) > MaxSettings {
		return invalid("own", "is too long")
	}
	d := json.NewDecoder(bytes.NewReader(document))
	d.DisallowUnknownFields()
	if err := d.Decode(&s); err != nil {
		return unread(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return invalid("own", "is more than one document")
	}
	if err := s.Check(); err != nil {
		return err
	}
	if s.Hours.AutoReply && !s.Hours.Replies() {
		return invalid("own.hours.message", "is what an automatic reply says, and is empty")
	}
	return nil
}

// unread says what of a document is no setting.
func unread(err error) error {
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		return invalid("own."+wrong.Field, "is not what this setting takes")
	}
	if strings.Contains(err.Error(), "unknown field") { // the one error of encoding/json without a type
		return invalid("own", "has a member that is no setting")
	}
	return invalid("own", "is no document of settings")
}

// Check says whether all settings are such. The error is Invalid, with the member's path.
func (s Settings) Check() error {
	return cmp.Or(s.AutoClose.check("own.auto_close"), s.Abandon.check("own.abandon"), s.Reopen.check("own.reopen"), s.Service.check("own.service"),
		s.Hours.check("own.hours"), s.Activation.check("own.activation"), s.Countries.check("own.countries"),
		s.HandOff.check("own.hand_off"), s.Distribution.check("own.distribution"), s.Queue.check("own.queue"), s.Bot.check("own.bot"))
}

// checkSeconds says whether the time is one that a setting can say.
func checkSeconds(field string, s Seconds) error {
	if s < 0 || s > MaxSeconds {
		return invalid(field, "must be from 0 to 31536000 seconds")
	}
	return nil
}

// SettingsDocument is what was set for a department, or for all of them.
type SettingsDocument struct {
	Department DepartmentID `db:"department"` // zero: for all
	Own        string       `db:"own"`        // a JSON object
	Version    int64        `db:"version"`    // rises with every change; zero: nobody has set anything
	ChangedAt  Time         `db:"changed_at"`
	ChangedBy  AgentID      `db:"changed_by"`
}
