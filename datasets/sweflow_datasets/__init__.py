"""The datasets room: an output folder, the stages that fill it, and what is asked of it afterwards.

It takes a repository and the options of all rooms, runs these one after the other, and gives a folder with a file a
stage. From such folders alone it reads tasks back, grades patches, builds images, exports, and checks exports.
"""
