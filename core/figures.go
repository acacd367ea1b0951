package core

// Figures are what an installation looks like at one moment, for those who watch over it. All is of what is open or owed now, and none
// is counted over history.
type Figures struct {
	Head     EventID // the newest row of the log
	Sessions []SessionsFigure
	Queues   []QueueFigure
	Channels []ChannelFigure
	Bindings []BindingFigure
	Hooks    []HookFigure
	Rules    []RulesFigure
	Followed []FollowedFigure
}

// SessionsFigure is how many open sessions of a department are in a state; what is not there are none.
type SessionsFigure struct {
	Department string `db:"department"` // its slug
	State      State  `db:"state"`
	Sessions   int64  `db:"sessions"`
}

// QueueFigure is a department's queue.
type QueueFigure struct {
	Department string `db:"department"` // its slug
	Since      Time   `db:"since"`      // when its longest waiting session began to wait; zero: none waits
}

// ChannelFigure is what a channel owes, and how it fares.
type ChannelFigure struct {
	Channel  string      `db:"channel"` // its slug
	Kind     string      `db:"kind"`
	State    HealthState `db:"state"` // "": it has never run, or needs no running
	Owed     int64       `db:"owed"`
	Sending  int64       `db:"sending"`  // of those owed, with the network now
	Retrying int64       `db:"retrying"` // of those owed, to be tried again
	Since    Time        `db:"since"`    // when the oldest that is owed was; zero: nothing is
}

// MaxFigure is how far what is owed or parked is counted at each scrape: it stands for that many, or more.
const MaxFigure = 10_000

// BindingFigure is what is to reach the system of a binding.
type BindingFigure struct {
	Binding string `db:"binding"` // its name; parley: what Parley keeps itself; removed: of all that were removed
	Kind    string `db:"kind"`    // its provider; parley; removed
	Owed    int64  `db:"owed"`    // records, counted to MaxFigure
	Parked  int64  `db:"parked"`  // likewise
	Since   Time   `db:"since"`   // since when the oldest is owed; zero: none is
}

// HookFigure is what a hook is to be told.
type HookFigure struct {
	Hook   string `db:"hook"`   // its name
	Owed   int64  `db:"owed"`   // calls, counted to MaxFigure
	Parked int64  `db:"parked"` // likewise
	Since  Time   `db:"since"`  // since when the oldest that is owed is tried; zero: none is
}

// RulesFigure is how the rules of a department fare. Those without rules have none.
type RulesFigure struct {
	Department string `db:"department"` // its slug
	Failures   int64  `db:"failures"`   // events of which rules could not create what they should, since each was changed; of those that are switched on
}

// FollowedFigure is how far one that follows the log is behind.
type FollowedFigure struct {
	Follower string `db:"follower"` // hooks, rules, search
	Behind   int64  `db:"behind"`   // rows of the log that it has not looked at; none where there is nothing to look for
}
