-- SPDX-FileCopyrightText: 2026 The Lamina developers
-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- ardour7-lua ardour.lua SESSION OUT STEP...: do something in a session without a window or a sound
-- card.  The last line is "done", or "failed: WHAT"; a run that ends without one has crashed.
--
--   create         make the session SESSION/ses with a mono track and a region on it
--   load           load it
--   add URI        put a plugin on the track
--   preset LABEL   load a preset into it
--   set N=VALUE    turn its Nth control
--   automate N     let its Nth control go from its least to what it is, in the middle of the region
--   values         print all controls
--   play           roll from the start for a while
--   keep LABEL     save a preset of the user's
--   export NAME    write OUT/NAME.wav
--   save
--
-- Every object has to be gone when the session is closed, or the program crashes: so each step is
-- a function, and what it needs is looked up again.

local RATE, LENGTH, TRACK = 48000, 144000, "track"
local EXPORT = "a13e7d84-7a4b-4c2e-9a3e-1a0d1a000001"

local folder, out = arg[1], arg[2]
local session
local steps = {}

local function say (...)
	io.stdout:write (string.format (...), "\n")
	io.stdout:flush () -- os.exit() below does not
end

local function must (ok, what)
	if not ok then
		say ("failed: %s", what)
		os.exit (1)
	end
	return ok
end

-- The presets for export that come with Ardour dither, or are lossy.  This is 32 bit float.
local function write_export_preset ()
	local path = os.getenv ("HOME") .. "/.config/ardour7/export"
	os.execute ("mkdir -p '" .. path .. "'")
	local file = assert (io.open (path .. "/float.preset", "w"))
	file:write ([[<?xml version="1.0" encoding="UTF-8"?>
<ExportPreset id="]] .. EXPORT .. [[" name="float">
<ExportFormat id="20b4ab09-6452-4cb3-bd66-b921cdbd2942"/>
<ExportFilename><Folder relative="1" path="export"/>
<Field name="label" enabled="0"/><Field name="session" enabled="0"/>
<Field name="snapshot" enabled="0"/><Field name="timespan" enabled="1"/>
<Field name="revision" enabled="0"/><Field name="time" enabled="0" value="T_None"/>
<Field name="date" enabled="0" value="D_None"/></ExportFilename></ExportPreset>
]])
	file:close ()
end

local function track ()
	for t in session:get_tracks ():iter () do
		if t:name () == TRACK then
			return t
		end
	end
end

-- The last plugin on the track: processor, insert, plugin.
local function plugin ()
	local t, last, n = track (), nil, 0
	while true do
		local p = t:nth_plugin (n)
		if p:isnil () then
			break
		end
		last, n = p, n + 1
	end
	must (last, "no plugin on the track")
	return last, last:to_insert (), last:to_insert ():plugin (0)
end

function steps.create ()
	session = must (create_session (folder, "ses", RATE), "create the session")
	local t = session:new_audio_track (1, 2, nil, 1, TRACK, ARDOUR.PresentationInfo.max_order,
		ARDOUR.TrackMode.Normal, true, false):front ()
	-- Sound cannot be imported here: a region is recorded from a generator.
	local noise = ARDOUR.LuaAPI.new_luaproc (session, "ACE Noise")
	t:add_processor_by_index (noise, 0, nil, true)
	local region = t:bounce_range (0, LENGTH, ARDOUR.InterThreadInfo (), noise, true, "region")
	must (not region:isnil (), "record a region")
	t:remove_processor (noise, nil, true)
	t:playlist ():add_region (region, Temporal.timepos_t (0), 1, false)
end

function steps.load ()
	session = must (load_session (folder, "ses"), "load the session")
	sleep (1) -- On a busy machine delays are not yet compensated after half of that
end

function steps.add (uri)
	local made = ARDOUR.LuaAPI.new_plugin (session, uri, ARDOUR.PluginType.LV2, "")
	must (not made:isnil (), "instantiate " .. uri)
	must (track ():add_processor_by_index (made, 0, nil, true) == 0, "put it on the track")
	local _, insert = plugin ()
	say ("latency %d", insert:signal_latency ())
	sleep (0.5)
end

function steps.preset (label)
	local _, _, plug = plugin ()
	local preset = plug:preset_by_label (label)
	must (preset and preset.valid and plug:load_preset (preset), "load the preset " .. label)
	sleep (0.5)
end

function steps.set (setting)
	local which, value = setting:match ("^(%d+)=(.+)$")
	must (ARDOUR.LuaAPI.set_processor_param (plugin (), tonumber (which), tonumber (value)), "set " .. setting)
	sleep (0.5)
end

function steps.automate (which)
	local processor, _, plug = plugin ()
	local id = plug:nth_parameter (tonumber (which), false)
	local control = processor:to_automatable ():automation_control (
		Evoral.Parameter (ARDOUR.AutomationType.PluginAutomation, 0, id), true)
	local list, _, about = ARDOUR.LuaAPI.plugin_automation (processor, tonumber (which))
	local value = ARDOUR.LuaAPI.get_processor_param (processor, tonumber (which), false)
	must (not list:isnil () and not control:isnil (), "automate " .. which)
	for _, point in ipairs ({ { 0, 0 }, { LENGTH // 2 - 2400, 0 }, { LENGTH // 2, 1 }, { LENGTH, 1 } }) do
		list:add (Temporal.timepos_t (point[1]), point[2] * (value - about.lower) + about.lower, false, true)
	end
	control:set_automation_state (ARDOUR.AutoState.Play)
end

function steps.values ()
	local processor, _, plug = plugin ()
	for n = 0, plug:parameter_count () - 1 do
		local id, result = plug:nth_parameter (n, false)
		if result[2] and plug:parameter_is_input (id) then
			local value = ARDOUR.LuaAPI.get_processor_param (processor, n, false)
			say ("value %s: %.6g", plug:parameter_label (id), value)
		end
	end
end

function steps.export (name)
	local export = session:simple_export ()
	must (export:set_preset (EXPORT), "choose how to export")
	export:set_folder (out)
	export:set_name (name)
	export:set_range (0, LENGTH)
	must (export:check_outputs () and export:run_export (), "export " .. name)
end

function steps.play ()
	local request = ARDOUR.TransportRequestSource.TRS_UI
	session:request_locate (0, false, ARDOUR.LocateTransportDisposition.MustStop, request)
	sleep (0.5)
	session:request_roll (request)
	sleep (1.5)
	must (session:transport_rolling (), "roll")
	session:request_stop (false, false, request)
	sleep (0.5)
end

function steps.keep (label)
	local _, _, plug = plugin ()
	local preset = plug:save_preset (label)
	must (preset and preset.valid, "save the preset " .. label)
	sleep (0.5)
end

function steps.save ()
	must (session:save_state ("", false, false, false, false, false) == 0, "save")
end

local has_word = { add = true, preset = true, set = true, automate = true, export = true, keep = true }

write_export_preset ()
local i = 3
while arg[i] do
	local step, word = arg[i], nil
	i = i + 1
	if has_word[step] then
		word = arg[i]
		i = i + 1
	end
	steps[step] (word)
	collectgarbage ()
end
collectgarbage ()
session:close ()
session = nil
collectgarbage ()
say ("done")
os.exit (0)
