package core

// Workspace is the surface of those who have it open. Other surfaces are called by the id of their channel.
const Workspace = "workspace"

// Presence is the machine's word that an agent is there: the workspace is open, or they are linked to a channel that fares well (FEATURES C4, C5).
type Presence struct {
	Agent   AgentID
	Surface string
}

// Colleague is an agent as other agents see them in one department.
type Colleague struct {
	ID           AgentID      `db:"id"`
	Name         string       `db:"name"`
	PublicName   string       `db:"public_name"`
	Department   DepartmentID `db:"department"`
	Role         Role         `db:"role"`
	Availability Availability `db:"availability"`
	Bot          bool         `db:"bot"`
	Present      bool         `db:"present"`
	Own          int64        `db:"own_limit"`     // how many sessions they want at once; zero: they have not said
	Open         int64        `db:"open_sessions"` // sessions that they hold, in any department
	Limit        int64        `db:"-"`             // how many that department lets them hold; zero: any number
	Abilities
}

// Candidate gives them as distribution sees them.
func (c Colleague) Candidate() Candidate {
	return Candidate{
		Load: Load{Agent: c.ID, Own: c.Own, Open: c.Open}, Role: c.Role, Bot: c.Bot, Availability: c.Availability, Present: c.Present, Limit: c.Limit,
		Abilities: c.Abilities,
	}
}

// Receiving tells whether sessions may come to them.
func (c Colleague) Receiving() bool { return c.Candidate().Receiving() }
