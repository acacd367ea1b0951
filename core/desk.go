package core

import "context"

// Desk is what a channel with surfaces brings agents' doings to. It is bound to that channel. Errors are *Error; NotFound where
// there is no such thing, and for what the actor may not see.
type Desk interface {
	// Agent gives the agent whom the channel knows by that name: NotFound if nobody is linked, Forbidden if they are disabled.
	Agent(ctx context.Context, remote RemoteID) (Actor, error)
	// Link links a person on the channel to the agent who was given the code; Invalid if it is wrong, used or too old.
	Link(ctx context.Context, remote RemoteID, code string) (Actor, error)
	// LinkByEmail links a person on the channel, of whom nobody is known, to the agent with that address, whom it gives; NotFound if there is no
	// such agent, or they are disabled. Who is linked keeps that.
	LinkByEmail(ctx context.Context, remote RemoteID, email string) (Actor, error)
	// SetAvailability keeps what an agent says of themselves, and gives them as they are then; Invalid if there is no such word.
	SetAvailability(ctx context.Context, who Actor, to Availability) (Actor, error)
	// Linked gives those whom the channel knows as agents.
	Linked(ctx context.Context) ([]RemoteID, error)
	// Quieten keeps that a linked person is not to be disturbed until a time, or, where that has come, may be again: their availability is lowered so
	// far meanwhile. False: that changes nothing; also where nobody is linked.
	Quieten(ctx context.Context, remote RemoteID, to Availability, until Time) (bool, error)
	// Surface gives the settings of a room; NotFound if it shows no sessions, or does not any more.
	Surface(ctx context.Context, room RemoteID) (Surface, error)
	// Session gives the session whose thread it is: NotFound for any other.
	Session(ctx context.Context, at Address) (SessionID, error)
	// Message gives the message that the channel calls so, as it stands.
	Message(ctx context.Context, remote RemoteID) (Event, error)
	// Card gives what a surface shows of a session.
	Card(ctx context.Context, who Actor, s SessionID) (Card, error)
	// Mine gives the open sessions that the actor holds, at most 50, those that wait longest first.
	Mine(ctx context.Context, who Actor) ([]Card, error)
	// Operators gives those to whom a session of the department can be assigned, by name.
	Operators(ctx context.Context, who Actor, d DepartmentID) ([]Colleague, error)
	// Departments gives those to which a session can be transferred, by name.
	Departments(ctx context.Context) ([]Department, error)
	// RecordForms gives what can be created from a session, and what each form begins with.
	RecordForms(ctx context.Context, who Actor, s SessionID) ([]RecordForm, error)
	// Renew has the card of a session made anew where the room shows one: somebody has pressed there what cannot be done any more.
	Renew(ctx context.Context, s SessionID, room RemoteID) error
	// Do does a deed as the workspace does. dedupe is unique within the channel; the same again gets the first answer.
	Do(ctx context.Context, who Actor, d Deed, said Said, dedupe string) (Done, error)
}
