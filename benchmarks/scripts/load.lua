-- wrk: posts one request again and again, each with a number and an idempotency key of its own; one without a body it gets.
-- Arguments: path, body, who posts ("till" or "phone", "anybody"), members, merchants, how they are chosen, and a file of tickets.
-- In the body stand <member>, <merchant>, <number>, <now> and <ticket>; in the path <merchant>, or <line> of a file.
local thread_number = 0

function setup(thread)
   thread_number = thread_number + 1
   thread:set("number", thread_number)
end

-- A member and a merchant, and a ticket where coupons are used.
local choose = {
   any = function() return math.random(members), math.random(merchants) end,
   one_merchant = function() return math.random(members), 1 end,
   -- Each member stands at one counter (sql/visits.sql).
   visitor = function()
      local member = math.random(members)
      return member, 1 + member % merchants
   end,
   -- A line is a merchant and its ticket. Two threads take the lines in turns; a single one skips
   -- every other. When none is left, the request is refused.
   ticket = function()
      local line = tickets()
      if not (line and tickets()) then tickets = function() end end
      local merchant, ticket = string.match(line or "1 NONE", "(%d+) (%w+)")
      return 1, merchant, ticket
   end,
   -- Any line of the file, again and again.
   line = function() return 1, math.random(merchants), lines[math.random(#lines)] end,
   -- A line is a member, each once; the threads take the lines in turns as above.
   member = function()
      local line = tickets()
      if not (line and tickets()) then tickets = function() end end
      return tonumber(line or "0"), 1
   end,
}

function init(arguments)
   path, body, caller = arguments[1], arguments[2], arguments[3]
   members, merchants = tonumber(arguments[4]), tonumber(arguments[5])
   chosen = choose[arguments[6]]
   if arguments[6] == "line" then
      lines = {}
      for line in io.lines(arguments[7]) do lines[#lines + 1] = line end
   elseif arguments[7] then
      tickets = io.lines(arguments[7])
      if number == 2 then tickets() end
   end
   run = string.format("%x%x", os.time(), number)
   math.randomseed(os.time() * 16 + number)
   now = os.date("!%Y-%m-%dT%H:%M:%S+00:00")
   posted = 0
end

function request()
   posted = posted + 1
   local member, merchant, ticket = chosen()
   local token = caller == "till"
      and string.format("tk_%012d_%043d", merchant, merchant)
      or string.format("sht_%043d", member)
   local headers = {
      ["Content-Type"] = "application/json",
      ["Authorization"] = "Bearer " .. token,
      ["Idempotency-Key"] = string.format("%s-%d-0123456789abcdef", run, posted),
   }
   local values = {
      member = string.format("%022d", member),
      merchant = string.format("%022d", merchant),
      number = string.format("%s-%d", run, posted),
      now = now,
      ticket = ticket,
   }
   if body == "" then
      local place = {merchant = values.merchant, line = ticket}
      return wrk.format("GET", (string.gsub(path, "<(%a+)>", place)))
   end
   return wrk.format("POST", path, headers, (string.gsub(body, "<(%a+)>", values)))
end

function done(summary, latency)
   io.write(string.format(
      '\nRESULT {"requests": %d, "micros": %d, "failed": %d, "p50": %d, "p99": %d}\n',
      summary.requests, summary.duration,
      summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.status + summary.errors.timeout,
      latency:percentile(50), latency:percentile(99)))
end
