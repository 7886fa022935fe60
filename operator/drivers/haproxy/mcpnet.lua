-- What the configuration language cannot say: whether the replica of a session is there (HAProxy asks a server's state
-- only of servers named in the file), and the place of a session in the body of an event stream.
-- Needs HAProxy 3.0. Source: HAProxy Lua API, "Server event subscription", "Filter class".

-- Servers that are down or in maintenance, by "backend/server". HAProxy tells every change; nothing is kept per session.
local down = {}

local function name_of(data)
  return data.proxy_name .. "/" .. data.name
end

core.event_sub({ "SERVER_DOWN" }, function(_, data)
  down[name_of(data)] = true
end)

core.event_sub({ "SERVER_UP", "SERVER_ADD", "SERVER_DEL" }, function(_, data)
  down[name_of(data)] = nil
end)

local function find(server, backend)
  local proxy = core.backends[backend]
  return proxy and proxy.servers[server]
end

local function is_gone(server, backend)
  return down[backend .. "/" .. server] == true or find(server, backend) == nil
end

-- "open" or "gone": what has become of the replica that a session names. A name from outside: it is only looked up, and
-- only in the one backend.
core.register_converters("mcpnet_session", function(server, backend)
  return is_gone(server, backend) and "gone" or "open"
end)

-- The body of an answer that no replica gave: JSON-RPC 2.0, error object.
core.register_converters("mcpnet_refusal", function(server, backend)
  if server ~= "none" and is_gone(server, backend) then
    return '{"jsonrpc":"2.0","error":{"code":-32001,"message":"Session not found"},"id":null}'
  end
  return '{"jsonrpc":"2.0","error":{"code":-32000,"message":"No replica can take the request now"},"id":null}'
end)

-- State of the server that "/servers/BACKEND/SERVER" names, as `show stat` prints it; "" if there is none.
core.register_converters("mcpnet_server", function(path)
  local backend, name = path:match("^/servers/([^/]+)/([^/]+)$")
  local server = backend and find(name, backend)
  return server and server:get_stats().status or ""
end)

-- HTTP+SSE (MCP 2024-11-05): the first event tells the client where to post. The name of the server goes in front of
-- that path, "/~SERVER/message?...", and the frontend takes it off again.
local endpoint = { id = "mcpnet.endpoint", flags = filter.FLT_CFG_FL_HTX }
endpoint.__index = endpoint

local longest_preamble = 4096

function endpoint:new()
  return setmetatable({ is_done = false }, endpoint)
end

function endpoint:start_analyze(_, channel)
  if channel:is_resp() then
    filter.register_data_filter(self, channel)
  end
end

function endpoint:http_headers(_, message)
  if message.channel:is_resp() then
    local kind = message:get_headers()["content-type"]
    self.is_done = not (kind and kind[0]:match("^text/event%-stream"))
  end
end

function endpoint:http_payload(txn, message)
  if self.is_done then
    return
  end
  local body = message:body() or ""
  local _, last = body:find("event: ?endpoint\r?\ndata: ?")
  if not last then
    self.is_done = #body > longest_preamble
    -- 0: hold it back until there is more, an event may arrive in pieces.
    return self.is_done and #body or 0
  end
  self.is_done = true
  -- An absolute address keeps its origin: the path begins after it.
  local _, origin = body:find("^https?://[^/\r\n]+", last + 1)
  message:insert("/~" .. txn.f:srv_name(), origin or last)
end

core.register_filter("mcpnet_endpoint", endpoint, function(instance)
  return instance
end)
