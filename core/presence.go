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
	Present      bool         `db:"present"`
}

// Receiving tells whether sessions may come to them (FEATURES C4): an operator who is there and says so.
func (c Colleague) Receiving() bool {
	return c.Role.Has(Operator) && c.Present && (c.Availability == AgentAvailable || c.Availability == AgentBusy)
}
