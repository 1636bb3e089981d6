-- Asks for one path again and again, going round the sessions.
-- Arguments: the path, and a file with a Cookie header a line; without lines no cookie is sent.

local requests = {}
local at = 0

function init(args)
  local headers = { ["User-Agent"] = "bench/1.0", ["Accept"] = "*/*" }
  for cookies in io.lines(args[2]) do
    headers["Cookie"] = cookies
    requests[#requests + 1] = wrk.format("GET", args[1], headers)
  end
  if #requests == 0 then
    requests[1] = wrk.format("GET", args[1], headers)
  end
end

function request()
  at = at % #requests + 1
  return requests[at]
end

function done(summary, latency)
  local e = summary.errors
  local broken = e.connect + e.read + e.write + e.timeout
  print(string.format("SUMMARY %d %d %d %d %d", summary.requests, summary.duration, latency:percentile(99), e.status, broken))
end
