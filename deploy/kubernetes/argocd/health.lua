-- How an MCPService or an MCPNetwork fares, for Argo CD:
-- https://argo-cd.readthedocs.io/en/stable/operator-manual/health/#custom-health-checks
local status = obj.status
if status == nil or status.conditions == nil then
  return { status = "Progressing", message = "waits for the operator" }
end

local conditions = {}
for _, condition in ipairs(status.conditions) do
  conditions[condition.type] = condition
end

local function holds(name)
  return conditions[name] ~= nil and conditions[name].status == "True"
end

-- What is said of an earlier generation says nothing of this one.
if status.observedGeneration ~= nil and obj.metadata.generation ~= nil and status.observedGeneration < obj.metadata.generation then
  return { status = "Progressing", message = "waits for the operator to see the change" }
end
-- A repository declares what no longer decides.
if holds("Held") and conditions.Held.reason == "Paused" then
  return { status = "Suspended", message = conditions.Held.message }
end
if holds("Stalled") then
  return { status = "Degraded", message = conditions.Stalled.message }
end
if holds("Ready") then
  return { status = "Healthy", message = conditions.Ready.message }
end
if conditions.Ready ~= nil then
  return { status = "Progressing", message = conditions.Ready.message }
end
return { status = "Progressing", message = "waits for the operator" }
