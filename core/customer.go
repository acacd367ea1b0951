package core

// Customer is a person who writes.
type Customer struct {
	ID        CustomerID `db:"id"`
	Name      string     `db:"name"` // "" until somebody tells
	CreatedAt Time       `db:"created_at"`
}

// Identity is how one channel knows a customer. It is the only pointer to them.
type Identity struct {
	ID       IdentityID `db:"id"`
	Channel  ChannelID  `db:"channel"`
	Remote   RemoteID   `db:"remote"` // unique in the channel
	Customer CustomerID `db:"customer"`
}

// Profile is what a channel tells of a customer.
type Profile struct {
	Name     string // "" if it does not know
	Language string // a tag of BCP 47 as the network writes it; "": it does not say. What is none is passed over
}
