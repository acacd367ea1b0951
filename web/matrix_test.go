package web

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"

	"parley/core"
)

// The matrix of SECURITY 25, 30 and 32: every route, as asked by everybody, on a waiting session of Support, on one that
// Boris holds, on one of Sales, and on one that is not there. A route without a row fails.
//
// The columns: nobody, Anna (operator of Support), Sofia (its supervisor), Oleg (both), Eve (operator of Sales), Victor
// (its supervisor), Ada (admin without a role), Gone (disabled), Left (whose login ended).
const matrix = `
GET  /healthz                                   200 200 200 200 200 200 200 200 200
GET  /readyz                                    200 200 200 200 200 200 200 200 200
GET  /api/v1/openapi.json                       200 200 200 200 200 200 200 200 200
GET  /metrics                                   401 401 401 401 401 401 401 401 401
POST /api/v1/login                              422 422 422 422 422 422 422 422 422
POST /api/v1/logout                             204 204 204 204 204 204 204 204 204
GET  /api/v1/me                                 401 200 200 200 200 200 200 401 401
PUT  /api/v1/me/availability                    401 200 200 200 200 200 200 401 401
PUT  /api/v1/me/limit                           401 200 200 200 200 200 200 401 401
GET  /api/v1/me/links                           401 200 200 200 200 200 200 401 401
POST /api/v1/me/link-codes                      401 201 201 201 201 201 201 401 401
DELETE /api/v1/me/links/{waiting}               401 204 404 404 404 404 404 401 401
DELETE /api/v1/me/links/{held}                  401 404 404 404 404 404 404 401 401
DELETE /api/v1/me/links/{sales}                 401 404 404 404 204 404 404 401 401
DELETE /api/v1/me/links/{unknown}               401 404 404 404 404 404 404 401 401
GET  /api/v1/counters                           401 200 200 200 200 200 200 401 401
GET  /api/v1/departments                        401 200 200 200 200 200 200 401 401
GET  /api/v1/agents                             401 200 200 200 200 200 200 401 401
GET  /api/v1/settings                           401 403 403 403 403 403 200 401 401
PUT  /api/v1/settings                           401 403 403 403 403 403 200 401 401
GET  /api/v1/departments/{waiting}/settings     401 403 403 403 403 403 200 401 401
GET  /api/v1/departments/{held}/settings        401 403 403 403 403 403 200 401 401
GET  /api/v1/departments/{sales}/settings       401 403 403 403 403 403 200 401 401
GET  /api/v1/departments/{unknown}/settings     401 404 404 404 404 404 404 401 401
PUT  /api/v1/departments/{waiting}/settings     401 403 403 403 403 403 200 401 401
PUT  /api/v1/departments/{held}/settings        401 403 403 403 403 403 200 401 401
PUT  /api/v1/departments/{sales}/settings       401 403 403 403 403 403 200 401 401
PUT  /api/v1/departments/{unknown}/settings     401 404 404 404 404 404 404 401 401
GET  /api/v1/switch                             401 403 403 403 403 403 200 401 401
PUT  /api/v1/switch                             401 403 403 403 403 403 200 401 401
GET  /api/v1/switches                           401 403 403 403 403 403 200 401 401
GET  /api/v1/departments/{waiting}/switch       401 200 200 200 404 404 200 401 401
PUT  /api/v1/departments/{waiting}/switch       401 403 200 200 404 404 200 401 401
GET  /api/v1/departments/{waiting}/switches     401 403 200 200 404 404 200 401 401
GET  /api/v1/departments/{held}/switch          401 200 200 200 404 404 200 401 401
PUT  /api/v1/departments/{held}/switch          401 403 200 200 404 404 200 401 401
GET  /api/v1/departments/{held}/switches        401 403 200 200 404 404 200 401 401
GET  /api/v1/departments/{sales}/switch         401 200 200 200 404 404 200 401 401
PUT  /api/v1/departments/{sales}/switch         401 403 200 200 404 404 200 401 401
GET  /api/v1/departments/{sales}/switches       401 403 200 200 404 404 200 401 401
GET  /api/v1/departments/{unknown}/switch       401 404 404 404 404 404 404 401 401
PUT  /api/v1/departments/{unknown}/switch       401 404 404 404 404 404 404 401 401
GET  /api/v1/departments/{unknown}/switches     401 404 404 404 404 404 404 401 401
PATCH /api/v1/agents/{waiting}                  401 200 200 200 404 404 200 401 401
PATCH /api/v1/agents/{held}                     401 403 200 200 404 404 200 401 401
PATCH /api/v1/agents/{sales}                    401 404 404 404 200 200 200 401 401
PATCH /api/v1/agents/{unknown}                  401 404 404 404 404 404 404 401 401
GET  /api/v1/agents/{waiting}/permissions       401 403 403 403 403 403 200 401 401
GET  /api/v1/agents/{held}/permissions          401 403 403 403 403 403 200 401 401
GET  /api/v1/agents/{sales}/permissions         401 403 403 403 403 403 200 401 401
GET  /api/v1/agents/{unknown}/permissions       401 403 403 403 403 403 404 401 401
PUT  /api/v1/agents/{waiting}/permissions       401 403 403 403 403 403 200 401 401
PUT  /api/v1/agents/{held}/permissions          401 403 403 403 403 403 200 401 401
PUT  /api/v1/agents/{sales}/permissions         401 403 403 403 403 403 200 401 401
PUT  /api/v1/agents/{unknown}/permissions       401 403 403 403 403 403 404 401 401
GET  /api/v1/groups                             401 403 403 403 403 403 200 401 401
POST /api/v1/groups                             401 403 403 403 403 403 201 401 401
PUT  /api/v1/groups/{waiting}                   401 403 403 403 403 403 200 401 401
PUT  /api/v1/groups/{held}                      401 403 403 403 403 403 200 401 401
PUT  /api/v1/groups/{sales}                     401 403 403 403 403 403 200 401 401
PUT  /api/v1/groups/{unknown}                   401 403 403 403 403 403 404 401 401
DELETE /api/v1/groups/{waiting}                 401 403 403 403 403 403 204 401 401
DELETE /api/v1/groups/{held}                    401 403 403 403 403 403 204 401 401
DELETE /api/v1/groups/{sales}                   401 403 403 403 403 403 204 401 401
DELETE /api/v1/groups/{unknown}                 401 403 403 403 403 403 404 401 401
GET  /api/v1/hooks                              401 403 403 403 403 403 200 401 401
POST /api/v1/hooks                              401 403 403 403 403 403 201 401 401
PUT  /api/v1/hooks/{waiting}                    401 403 403 403 403 403 200 401 401
PUT  /api/v1/hooks/{held}                       401 403 403 403 403 403 200 401 401
PUT  /api/v1/hooks/{sales}                      401 403 403 403 403 403 200 401 401
PUT  /api/v1/hooks/{unknown}                    401 403 403 403 403 403 404 401 401
DELETE /api/v1/hooks/{waiting}                  401 403 403 403 403 403 204 401 401
DELETE /api/v1/hooks/{held}                     401 403 403 403 403 403 204 401 401
DELETE /api/v1/hooks/{sales}                    401 403 403 403 403 403 204 401 401
DELETE /api/v1/hooks/{unknown}                  401 403 403 403 403 403 404 401 401
POST /api/v1/hooks/{waiting}/secret             401 403 403 403 403 403 200 401 401
POST /api/v1/hooks/{held}/secret                401 403 403 403 403 403 200 401 401
POST /api/v1/hooks/{sales}/secret               401 403 403 403 403 403 200 401 401
POST /api/v1/hooks/{unknown}/secret             401 403 403 403 403 403 404 401 401
POST /api/v1/hooks/{waiting}/test               401 403 403 403 403 403 200 401 401
POST /api/v1/hooks/{held}/test                  401 403 403 403 403 403 200 401 401
POST /api/v1/hooks/{sales}/test                 401 403 403 403 403 403 200 401 401
POST /api/v1/hooks/{unknown}/test               401 403 403 403 403 403 404 401 401
GET  /api/v1/hooks/{waiting}/calls              401 403 403 403 403 403 200 401 401
GET  /api/v1/hooks/{held}/calls                 401 403 403 403 403 403 200 401 401
GET  /api/v1/hooks/{sales}/calls                401 403 403 403 403 403 200 401 401
GET  /api/v1/hooks/{unknown}/calls              401 403 403 403 403 403 404 401 401
POST /api/v1/hooks/{waiting}/replay             401 403 403 403 403 403 200 401 401
POST /api/v1/hooks/{held}/replay                401 403 403 403 403 403 200 401 401
POST /api/v1/hooks/{sales}/replay               401 403 403 403 403 403 200 401 401
POST /api/v1/hooks/{unknown}/replay             401 403 403 403 403 403 404 401 401
GET  /api/v1/bindings                           401 403 403 403 403 403 200 401 401
GET  /api/v1/bindings/providers                 401 403 403 403 403 403 200 401 401
POST /api/v1/bindings                           401 403 403 403 403 403 201 401 401
PUT  /api/v1/bindings/{waiting}                 401 403 403 403 403 403 200 401 401
PUT  /api/v1/bindings/{held}                    401 403 403 403 403 403 200 401 401
PUT  /api/v1/bindings/{sales}                   401 403 403 403 403 403 200 401 401
PUT  /api/v1/bindings/{unknown}                 401 403 403 403 403 403 404 401 401
DELETE /api/v1/bindings/{waiting}               401 403 403 403 403 403 204 401 401
DELETE /api/v1/bindings/{held}                  401 403 403 403 403 403 204 401 401
DELETE /api/v1/bindings/{sales}                 401 403 403 403 403 403 204 401 401
DELETE /api/v1/bindings/{unknown}               401 403 403 403 403 403 404 401 401
POST /api/v1/bindings/{waiting}/test            401 403 403 403 403 403 200 401 401
POST /api/v1/bindings/{held}/test               401 403 403 403 403 403 200 401 401
POST /api/v1/bindings/{sales}/test              401 403 403 403 403 403 200 401 401
POST /api/v1/bindings/{unknown}/test            401 403 403 403 403 403 404 401 401
GET  /api/v1/bindings/{waiting}/types           401 403 403 403 403 403 200 401 401
GET  /api/v1/bindings/{held}/types              401 403 403 403 403 403 200 401 401
GET  /api/v1/bindings/{sales}/types             401 403 403 403 403 403 200 401 401
GET  /api/v1/bindings/{unknown}/types           401 403 403 403 403 403 404 401 401
GET  /api/v1/audit                              401 403 403 403 403 403 200 401 401
GET  /api/v1/record-types                       401 200 200 200 200 200 200 401 401
POST /api/v1/record-types                       401 403 403 403 403 403 201 401 401
PUT  /api/v1/record-types/{waiting}             401 403 403 403 403 403 200 401 401
PUT  /api/v1/record-types/{held}                401 403 403 403 403 403 200 401 401
PUT  /api/v1/record-types/{sales}               401 403 403 403 403 403 200 401 401
PUT  /api/v1/record-types/{unknown}             401 403 403 403 403 403 404 401 401
DELETE /api/v1/record-types/{waiting}           401 403 403 403 403 403 204 401 401
DELETE /api/v1/record-types/{held}              401 403 403 403 403 403 204 401 401
DELETE /api/v1/record-types/{sales}             401 403 403 403 403 403 204 401 401
DELETE /api/v1/record-types/{unknown}           401 403 403 403 403 403 404 401 401
GET  /api/v1/record-types/{waiting}/export      401 403 200 200 404 404 404 401 401
GET  /api/v1/record-types/{held}/export         401 403 200 200 404 404 404 401 401
GET  /api/v1/record-types/{sales}/export        401 404 404 404 403 200 404 401 401
GET  /api/v1/record-types/{unknown}/export      401 404 404 404 404 404 404 401 401
GET  /api/v1/record-rules                       401 403 403 403 403 403 200 401 401
POST /api/v1/record-rules                       401 403 403 403 403 403 201 401 401
PUT  /api/v1/record-rules/{waiting}             401 403 403 403 403 403 200 401 401
PUT  /api/v1/record-rules/{held}                401 403 403 403 403 403 200 401 401
PUT  /api/v1/record-rules/{sales}               401 403 403 403 403 403 200 401 401
PUT  /api/v1/record-rules/{unknown}             401 403 403 403 403 403 404 401 401
DELETE /api/v1/record-rules/{waiting}           401 403 403 403 403 403 204 401 401
DELETE /api/v1/record-rules/{held}              401 403 403 403 403 403 204 401 401
DELETE /api/v1/record-rules/{sales}             401 403 403 403 403 403 204 401 401
DELETE /api/v1/record-rules/{unknown}           401 403 403 403 403 403 404 401 401
POST /api/v1/record-rules/dry-run               401 403 403 403 403 403 200 401 401
GET  /api/v1/records                            401 200 200 200 200 200 200 401 401
GET  /api/v1/records/{waiting}                  401 200 200 200 404 404 404 401 401
GET  /api/v1/records/{held}                     401 200 200 200 404 404 404 401 401
GET  /api/v1/records/{sales}                    401 404 404 404 200 200 404 401 401
GET  /api/v1/records/{unknown}                  401 404 404 404 404 404 404 401 401
PUT  /api/v1/records/{waiting}                  401 200 200 200 404 404 404 401 401
PUT  /api/v1/records/{held}                     401 200 200 200 404 404 404 401 401
PUT  /api/v1/records/{sales}                    401 404 404 404 200 200 404 401 401
PUT  /api/v1/records/{unknown}                  401 404 404 404 404 404 404 401 401
GET  /api/v1/sessions/{waiting}/record-forms    401 200 200 200 404 404 404 401 401
GET  /api/v1/sessions/{held}/record-forms       401 200 200 200 404 404 404 401 401
GET  /api/v1/sessions/{sales}/record-forms      401 404 404 404 200 200 404 401 401
GET  /api/v1/sessions/{unknown}/record-forms    401 404 404 404 404 404 404 401 401
GET  /api/v1/sessions/{waiting}/records         401 200 200 200 404 404 404 401 401
GET  /api/v1/sessions/{held}/records            401 200 200 200 404 404 404 401 401
GET  /api/v1/sessions/{sales}/records           401 404 404 404 200 200 404 401 401
GET  /api/v1/sessions/{unknown}/records         401 404 404 404 404 404 404 401 401
POST /api/v1/sessions/{waiting}/records         401 201 201 201 404 404 404 401 401
POST /api/v1/sessions/{held}/records            401 201 201 201 404 404 404 401 401
POST /api/v1/sessions/{sales}/records           401 404 404 404 404 404 404 401 401
POST /api/v1/sessions/{unknown}/records         401 404 404 404 404 404 404 401 401
POST /api/v1/sessions/{waiting}/account/candidates 401 200 200 200 404 404 404 401 401
POST /api/v1/sessions/{held}/account/candidates 401 200 200 200 404 404 404 401 401
POST /api/v1/sessions/{sales}/account/candidates 401 404 404 404 200 200 404 401 401
POST /api/v1/sessions/{unknown}/account/candidates 401 404 404 404 404 404 404 401 401
PUT /api/v1/sessions/{waiting}/account          401 200 200 200 404 404 404 401 401
PUT /api/v1/sessions/{held}/account             401 200 200 200 404 404 404 401 401
PUT /api/v1/sessions/{sales}/account            401 404 404 404 200 200 404 401 401
PUT /api/v1/sessions/{unknown}/account          401 404 404 404 404 404 404 401 401
POST /api/v1/sessions/{waiting}/account         401 201 201 201 404 404 404 401 401
POST /api/v1/sessions/{held}/account            401 201 201 201 404 404 404 401 401
POST /api/v1/sessions/{sales}/account           401 404 404 404 404 404 404 401 401
POST /api/v1/sessions/{unknown}/account         401 404 404 404 404 404 404 401 401
DELETE /api/v1/sessions/{waiting}/account       401 204 204 204 404 404 404 401 401
DELETE /api/v1/sessions/{held}/account          401 204 204 204 404 404 404 401 401
DELETE /api/v1/sessions/{sales}/account         401 404 404 404 204 204 404 401 401
DELETE /api/v1/sessions/{unknown}/account       401 404 404 404 404 404 404 401 401
GET  /api/v1/search                             401 200 200 200 200 200 200 401 401
GET  /api/v1/sessions                           401 200 200 200 200 200 200 401 401

GET  /api/v1/customers/{waiting}                401 200 200 200 404 404 404 401 401
GET  /api/v1/customers/{held}                   401 200 200 200 404 404 404 401 401
GET  /api/v1/customers/{sales}                  401 404 404 404 200 200 404 401 401
GET  /api/v1/customers/{unknown}                401 404 404 404 404 404 404 401 401

GET  /api/v1/sessions/{waiting}                 401 200 200 200 404 404 404 401 401
GET  /api/v1/sessions/{held}                    401 200 200 200 404 404 404 401 401
GET  /api/v1/sessions/{sales}                   401 404 404 404 200 200 404 401 401
GET  /api/v1/sessions/{unknown}                 401 404 404 404 404 404 404 401 401
PATCH /api/v1/sessions/{waiting}                401 200 200 200 404 404 404 401 401
PATCH /api/v1/sessions/{held}                   401 200 200 200 404 404 404 401 401
PATCH /api/v1/sessions/{sales}                  401 404 404 404 200 200 404 401 401
PATCH /api/v1/sessions/{unknown}                401 404 404 404 404 404 404 401 401
GET  /api/v1/sessions/{waiting}/messages        401 200 200 200 404 404 404 401 401
GET  /api/v1/sessions/{held}/messages           401 200 200 200 404 404 404 401 401
GET  /api/v1/sessions/{sales}/messages          401 404 404 404 200 200 404 401 401
GET  /api/v1/sessions/{unknown}/messages        401 404 404 404 404 404 404 401 401
POST /api/v1/sessions/{waiting}/messages        401 201 403 201 404 404 404 401 401
POST /api/v1/sessions/{held}/messages           401 409 403 409 404 404 404 401 401
POST /api/v1/sessions/{sales}/messages          401 404 404 404 201 403 404 401 401
POST /api/v1/sessions/{unknown}/messages        401 404 404 404 404 404 404 401 401
NOTE /api/v1/sessions/{waiting}/messages        401 201 201 201 404 404 404 401 401
NOTE /api/v1/sessions/{held}/messages           401 201 201 201 404 404 404 401 401
NOTE /api/v1/sessions/{sales}/messages          401 404 404 404 201 201 404 401 401
NOTE /api/v1/sessions/{unknown}/messages        401 404 404 404 404 404 404 401 401

PATCH /api/v1/messages/{waiting}                401 200 403 403 404 404 404 401 401
PATCH /api/v1/messages/{held}                   401 403 403 403 404 404 404 401 401
PATCH /api/v1/messages/{sales}                  401 404 404 404 200 403 404 401 401
PATCH /api/v1/messages/{unknown}                401 404 404 404 404 404 404 401 401
DELETE /api/v1/messages/{waiting}               401 200 200 200 404 404 404 401 401
DELETE /api/v1/messages/{held}                  401 403 200 200 404 404 404 401 401
DELETE /api/v1/messages/{sales}                 401 404 404 404 200 200 404 401 401
DELETE /api/v1/messages/{unknown}               401 404 404 404 404 404 404 401 401
PUT  /api/v1/messages/{waiting}/reaction        401 403 403 403 404 404 404 401 401
PUT  /api/v1/messages/{held}/reaction           401 403 403 403 404 404 404 401 401
PUT  /api/v1/messages/{sales}/reaction          401 404 404 404 403 403 404 401 401
PUT  /api/v1/messages/{unknown}/reaction        401 404 404 404 404 404 404 401 401
POST /api/v1/messages/{waiting}/retry           401 422 422 422 404 404 404 401 401
POST /api/v1/messages/{held}/retry              401 422 422 422 404 404 404 401 401
POST /api/v1/messages/{sales}/retry             401 404 404 404 422 422 404 401 401
POST /api/v1/messages/{unknown}/retry           401 404 404 404 404 404 404 401 401

POST /api/v1/files                              401 201 201 201 201 201 201 401 401
GET  /api/v1/files/{waiting}                    401 200 200 200 404 404 404 401 401
GET  /api/v1/files/{held}                       401 200 200 200 404 404 404 401 401
GET  /api/v1/files/{sales}                      401 404 404 404 200 200 404 401 401
GET  /api/v1/files/{unknown}                    401 404 404 404 404 404 404 401 401
GET  /widget/v1/files/{key}                     200 200 200 200 200 200 200 200 200

GET  /api/v1/channels                           401 200 200 200 200 200 200 401 401
POST /api/v1/channels                          401 403 403 403 403 403 201 401 401
GET  /api/v1/channels/manifest                  401 403 403 403 403 403 422 401 401
PATCH /api/v1/channels/{waiting}               401 403 403 403 403 403 200 401 401
PATCH /api/v1/channels/{held}                  401 403 403 403 403 403 200 401 401
PATCH /api/v1/channels/{sales}                 401 403 403 403 403 403 200 401 401
PATCH /api/v1/channels/{unknown}               401 403 403 403 403 403 200 401 401
POST /api/v1/channels/{waiting}/test            401 403 403 403 403 403 200 401 401
POST /api/v1/channels/{held}/test               401 403 403 403 403 403 200 401 401
POST /api/v1/channels/{sales}/test              401 403 403 403 403 403 200 401 401
POST /api/v1/channels/{unknown}/test            401 403 403 403 403 403 200 401 401

POST /api/v1/sessions/{waiting}/take            401 200 403 200 404 404 404 401 401
POST /api/v1/sessions/{held}/take               401 409 403 409 404 404 404 401 401
POST /api/v1/sessions/{sales}/take              401 404 404 404 200 403 404 401 401
POST /api/v1/sessions/{unknown}/take            401 404 404 404 404 404 404 401 401
POST /api/v1/sessions/{waiting}/release         401 403 200 200 404 404 404 401 401
POST /api/v1/sessions/{held}/release            401 403 200 200 404 404 404 401 401
POST /api/v1/sessions/{sales}/release           401 404 404 404 403 200 404 401 401
POST /api/v1/sessions/{unknown}/release         401 404 404 404 404 404 404 401 401
POST /api/v1/sessions/{waiting}/assign          401 200 200 200 404 404 404 401 401
POST /api/v1/sessions/{held}/assign             401 200 200 200 404 404 404 401 401
POST /api/v1/sessions/{sales}/assign            401 404 404 404 422 422 404 401 401
POST /api/v1/sessions/{unknown}/assign          401 404 404 404 404 404 404 401 401
POST /api/v1/sessions/{waiting}/transfer        401 204 204 204 404 404 404 401 401
POST /api/v1/sessions/{held}/transfer           401 204 204 204 404 404 404 401 401
POST /api/v1/sessions/{sales}/transfer          401 404 404 404 422 422 404 401 401
POST /api/v1/sessions/{unknown}/transfer        401 404 404 404 404 404 404 401 401
POST /api/v1/sessions/{waiting}/join            401 403 403 403 404 404 404 401 401
POST /api/v1/sessions/{held}/join               401 200 200 200 404 404 404 401 401
POST /api/v1/sessions/{sales}/join              401 404 404 404 403 403 404 401 401
POST /api/v1/sessions/{unknown}/join            401 404 404 404 404 404 404 401 401
POST /api/v1/sessions/{waiting}/leave           401 403 403 403 404 404 404 401 401
POST /api/v1/sessions/{held}/leave              401 403 403 403 404 404 404 401 401
POST /api/v1/sessions/{sales}/leave             401 404 404 404 403 403 404 401 401
POST /api/v1/sessions/{unknown}/leave           401 404 404 404 404 404 404 401 401
POST /api/v1/sessions/{waiting}/end             401 200 200 200 404 404 404 401 401
POST /api/v1/sessions/{held}/end                401 409 200 200 404 404 404 401 401
POST /api/v1/sessions/{sales}/end               401 404 404 404 200 200 404 401 401
POST /api/v1/sessions/{unknown}/end             401 404 404 404 404 404 404 401 401
POST /api/v1/sessions/{waiting}/unanswered      401 200 200 200 404 404 404 401 401
POST /api/v1/sessions/{held}/unanswered         401 409 200 200 404 404 404 401 401
POST /api/v1/sessions/{sales}/unanswered        401 404 404 404 200 200 404 401 401
POST /api/v1/sessions/{unknown}/unanswered      401 404 404 404 404 404 404 401 401
POST /api/v1/sessions/{waiting}/block           401 200 200 200 404 404 404 401 401
POST /api/v1/sessions/{held}/block              401 409 200 200 404 404 404 401 401
POST /api/v1/sessions/{sales}/block             401 404 404 404 200 200 404 401 401
POST /api/v1/sessions/{unknown}/block           401 404 404 404 404 404 404 401 401
POST /api/v1/sessions/{waiting}/unblock         401 200 200 200 404 404 404 401 401
POST /api/v1/sessions/{held}/unblock            401 200 200 200 404 404 404 401 401
POST /api/v1/sessions/{sales}/unblock           401 404 404 404 200 200 404 401 401
POST /api/v1/sessions/{unknown}/unblock         401 404 404 404 404 404 404 401 401
POST /api/v1/sessions/{waiting}/snooze          401 403 403 403 404 404 404 401 401
POST /api/v1/sessions/{held}/snooze             401 403 200 200 404 404 404 401 401
POST /api/v1/sessions/{sales}/snooze            401 404 404 404 403 403 404 401 401
POST /api/v1/sessions/{unknown}/snooze          401 404 404 404 404 404 404 401 401
POST /api/v1/sessions/{waiting}/unsnooze        401 403 200 200 404 404 404 401 401
POST /api/v1/sessions/{held}/unsnooze           401 403 200 200 404 404 404 401 401
POST /api/v1/sessions/{sales}/unsnooze          401 404 404 404 403 200 404 401 401
POST /api/v1/sessions/{unknown}/unsnooze        401 404 404 404 404 404 404 401 401
POST /api/v1/sessions/{waiting}/read            401 200 403 200 404 404 404 401 401
POST /api/v1/sessions/{held}/read               401 200 403 200 404 404 404 401 401
POST /api/v1/sessions/{sales}/read              401 404 404 404 200 403 404 401 401
POST /api/v1/sessions/{unknown}/read            401 404 404 404 404 404 404 401 401
POST /api/v1/sessions/{waiting}/typing          401 204 403 204 404 404 404 401 401
POST /api/v1/sessions/{held}/typing             401 409 403 409 404 404 404 401 401
POST /api/v1/sessions/{sales}/typing            401 404 404 404 204 403 404 401 401
POST /api/v1/sessions/{unknown}/typing          401 404 404 404 404 404 404 401 401
`

func TestRolesByRoutes25And30(t *testing.T) {
	t.Parallel()
	h := open(t)
	rows := map[string][]string{}
	for line := range strings.Lines(strings.TrimSpace(matrix)) {
		if f := strings.Fields(line); len(f) > 0 {
			rows[f[0]+" "+f[1]] = f[2:]
		}
	}
	asked := 0
	for _, r := range h.server.routes() {
		for _, target := range []string{"{waiting}", "{held}", "{sales}", "{unknown}"} {
			path := strings.Replace(r.path, "{id}", target, 1)
			for _, method := range methodsOf(r) {
				key := method + " " + path
				want, ok := rows[key]
				if !ok {
					t.Errorf("%s has no row in the matrix", key)
					continue
				}
				asked++
				t.Run(key, func(t *testing.T) {
					t.Parallel()
					if got := h.row(t, r, method, path); !slices.Equal(got, want) {
						t.Errorf("%s:\n got %v\nwant %v", key, got, want)
					}
				})
			}
			if path == r.path {
				break
			}
		}
	}
	if asked != len(rows) {
		t.Errorf("routes and targets: got %d, want %d: a row is about no route", asked, len(rows))
	}
}

// methodsOf gives the route's method, and NOTE beside it where the same route takes notes.
func methodsOf(r route) []string {
	if slices.Contains(r.right.verbs, core.VerbNote) {
		return []string{r.method, "NOTE"}
	}
	return []string{r.method}
}

// row asks the route as each of the matrix's columns, each time on a new session.
func (h *house) row(t *testing.T, r route, method, path string) []string {
	t.Helper()
	ended := &person{token: core.NewToken()}
	var got []string
	for i, who := range []*person{nil, h.anna, h.sofia, h.oleg, h.eve, h.victor, h.ada, h.gone, h.left} {
		if r.path == "/api/v1/logout" && who != nil {
			who = ended // the others are still needed
		}
		var body any
		if r.method != "GET" {
			body = h.bodyFor(r, method)
		}
		request := h.request(who, r.method, h.aim(path, method+strconv.Itoa(i)), body)
		if r.path == "/api/v1/files" {
			request.Header.Set("Content-Type", rawType)
		}
		w := h.send(request)
		got = append(got, strconv.Itoa(w.Code))
		if problem := w.Header().Get("Content-Type") == problemType; problem != (w.Code >= http.StatusBadRequest) {
			t.Errorf("%s %s: got %d as %q", method, path, w.Code, w.Header().Get("Content-Type"))
		}
		scan(t, w)
	}
	return got
}

// customerOf gives who wrote in a session.
func (h *house) customerOf(id core.SessionID) string {
	h.t.Helper()
	row, err := h.store.Session(context.Background(), core.Scope{Departments: []core.DepartmentID{h.support.ID, h.sales.ID}}, id)
	check(h.t, err)
	return row.Customer.String()
}

// noted lets somebody note something, and gives the note.
func (h *house) noted(who *person, id core.SessionID) core.EventID {
	h.t.Helper()
	done, err := h.hub.Do(context.Background(), who.Actor, core.Note{Session: id, Text: "for us"}, "")
	check(h.t, err)
	return done.Event.ID
}

// scan looks for what no answer may hold (SECURITY 29).
func scan(t *testing.T, w *httptest.ResponseRecorder) {
	t.Helper()
	text := w.Body.String()
	for _, secret := range []string{"password_hash", "none\"", "\"hash", "token", "dedupe", "conversation", "identity"} {
		if strings.Contains(text, secret) && !strings.Contains(text, `"openapi"`) {
			t.Errorf("answer holds %q: %s", secret, text)
		}
	}
}
