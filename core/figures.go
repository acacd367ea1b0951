package core

// Figures are what an installation looks like at one moment, for those who watch over it. All is of what is open or owed now, and none
// is counted over history.
type Figures struct {
	Head     EventID // the newest row of the log
	Sessions []SessionsFigure
	Queues   []QueueFigure
	Channels []ChannelFigure
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
