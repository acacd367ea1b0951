package core

// Sight is what operators see of each other's work (FEATURES C7).
type Sight struct {
	Colleagues bool `json:"colleagues" doc:"operators see the sessions that colleagues hold, and may join them; without it only supervisors do, and operators see the queue and what is or was their own"`
}
