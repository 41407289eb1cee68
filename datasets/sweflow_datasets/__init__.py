"""The datasets room: an output folder, the stages that fill it, and what is asked of it afterwards."""
