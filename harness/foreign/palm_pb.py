# SPDX-License-Identifier: MIT
"""PalmMessage for the foreign peers, built from its descriptor at run time:
no protoc, and none of the library's own code."""

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import DecodeError

__all__ = ["DecodeError", "PalmMessage", "method_of"]

FIELDS = [
    ("pipeline", "TYPE_STRING"),
    ("client", "TYPE_STRING"),
    ("stage", "TYPE_INT64"),
    ("function", "TYPE_STRING"),
    ("cache", "TYPE_STRING"),
    ("payload", "TYPE_BYTES"),
]


def _message_class():
    field_type = descriptor_pb2.FieldDescriptorProto
    file = descriptor_pb2.FileDescriptorProto(
        name="palm.proto", syntax="proto3")
    message = file.message_type.add(name="PalmMessage")
    for number, (name, kind) in enumerate(FIELDS, start=1):
        message.field.add(name=name, number=number,
                          type=getattr(field_type, kind),
                          label=field_type.LABEL_OPTIONAL)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    descriptor = pool.FindMessageTypeByName("PalmMessage")
    if hasattr(message_factory, "GetMessageClass"):
        return message_factory.GetMessageClass(descriptor)
    return message_factory.MessageFactory(pool).GetPrototype(descriptor)


PalmMessage = _message_class()


def method_of(message):
    """The method that a worker runs for a message; None if there is none."""
    elements = message.function.split(" ")
    stage = message.stage if len(elements) > 1 else 0
    if not 0 <= stage < len(elements):
        return None
    words = elements[stage].split(".")
    return words[1] if len(words) > 1 else None
