package core

// HealthState is how a channel fares.
type HealthState string

// The states of a channel.
const (
	Running   HealthState = "running"   // receives and sends
	Troubled  HealthState = "troubled"  // goes on trying; Reason says what is wrong
	Reconnect HealthState = "reconnect" // has stopped until an admin gives it another key
)

// Health is how a channel fares (FEATURES B5).
type Health struct {
	Channel    ChannelID   `db:"channel"`
	State      HealthState `db:"state"`  // "": has never run
	Reason     string      `db:"reason"` // a sentence for people, of what is wrong
	Since      Time        `db:"since"`
	ReceivedAt Time        `db:"received_at"` // the newest word from the network
	SentAt     Time        `db:"sent_at"`     // the newest thing that it took
	ToldAt     Time        `db:"told_at"`     // when this was written; the node that runs the channel does so at least every 30 s
	Backlog    int64       `db:"backlog"`     // things owed
	Parked     int64       `db:"parked"`      // things that came in and could not be applied
}
